import FileIO
