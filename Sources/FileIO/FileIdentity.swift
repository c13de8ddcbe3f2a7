/// Which file an open file is, whatever it is named: tells files apart for as long as they exist.
///
/// The number of a removed file may be given to a new one at once, and a device may get another
/// number when the machine restarts. So the same identity at two times is a strong hint that it is the
/// same file, and no proof of it; neither is another identity proof of other content.
public struct FileIdentity: Hashable, Sendable {
  /// The device, or file system, that holds the file.
  public var device: UInt64
  /// The number of the file on that device.
  public var inode: UInt64

  /// Creates an identity from its parts, such as those noted earlier.
  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}
