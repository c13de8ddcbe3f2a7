/// How to tell that nobody will write to a file any more.
public enum FileCompleteness: Sendable, Equatable {
  /// There is no telling, files may grow for ever: each is read to its present end, a last row
  /// without a line end is held back, and what was read is checked again in every run.
  case growing
  /// A file has its name only once it is complete: its writer makes it under another name (one that
  /// begins with a dot, or ends otherwise) and renames it.
  case named
  /// A file is complete once another one is beside it whose name is longer by this suffix
  /// (`orders.csv.done`).
  case marked(suffix: String)
  /// A file is complete once it has had the same size, and been the same file, for this long. A
  /// guess: a writer that pauses for longer is cut off with an error, and nothing lost or doubled.
  case unchanged(for: Duration)
}
