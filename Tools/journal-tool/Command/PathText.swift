/// Paths by their words, whatever is there.
enum PathText {
  /// The directory that a path lies in.
  static func parent(of path: String) -> String {
    let words = path.split(separator: "/").dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/" + words : words.isEmpty ? "." : words
  }
}
