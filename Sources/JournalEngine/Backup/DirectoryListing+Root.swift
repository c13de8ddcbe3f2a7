import JournalFormat

extension DirectoryListing {
  /// The same without what the file system itself has put there: the root of a new disk is as good a
  /// place for a store as an empty directory.
  var withoutFileSystemNames: DirectoryListing {
    var listing = self
    listing.foreign.removeAll(where: FileName.isOfFileSystem)
    return listing
  }
}
