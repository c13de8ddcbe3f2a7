/// Paths by their words, whatever is there.
package enum PathText {
  /// The directory that a path lies in.
  package static func parent(of path: String) -> String {
    let words = path.split(separator: "/").dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/" + words : words.isEmpty ? "." : words
  }

  /// What a path is called there; empty where it ends with a slash, as only that of a directory may.
  package static func name(of path: String) -> String {
    path.hasSuffix("/") ? "" : path.split(separator: "/").last.map(String.init) ?? ""
  }

  /// What a file beside others is called until it is whole. Nobody else has such a name, so nothing of
  /// anybody is written over or followed.
  package static func unfinishedName() -> String {
    ".journal-tool-\(String(UInt64.random(in: 0 ... .max), radix: 16)).tmp"
  }
}
