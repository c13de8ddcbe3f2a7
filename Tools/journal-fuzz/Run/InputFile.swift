import FileIO

/// Inputs as files.
enum InputFile {
  /// The bytes of a file.
  static func read(_ path: String) throws(FuzzFailure) -> [UInt8] {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    do throws(IOFailure) {
      let file = try POSIXFileSystem().openDirectory(parent.isEmpty ? "/" : parent, creating: false)
        .openFile(name, .read)
      var bytes = [UInt8](repeating: 0, count: Int(clamping: try file.byteCount()))
      let count = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
      bytes.removeLast(bytes.count - count)
      return bytes
    } catch {
      throw FuzzFailure("\(error)")
    }
  }
}
