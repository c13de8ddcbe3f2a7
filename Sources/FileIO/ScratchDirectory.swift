/// A directory of its own for files that need not outlive whoever writes them, private to the user
/// (mode 0700). It is removed when it is released, if it is empty by then; what a killed process leaves
/// harms nobody.
public final class ScratchDirectory: Sendable {
  /// The directory.
  public let directory: any Directory
  private let parent: any Directory
  private let name: String

  /// Makes one with a name that nobody can know beforehand.
  ///
  /// - Throws: what making a directory throws.
  public init(in parent: any Directory) throws(IOFailure) {
    self.parent = parent
    name = "state-journal-" + String(UInt64.random(in: .min ... .max), radix: 36)
    directory = try parent.openDirectory(name, creating: true)
  }

  deinit { try? parent.removeDirectory(name) }
}
