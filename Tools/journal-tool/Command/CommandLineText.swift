import JournalEngine

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The command line as bytes.
enum CommandLineText {
  /// Why the command line cannot be used: a word that is not UTF-8. Swift would mend it, and a path or a name
  /// of state that was mended is another one.
  static var failure: ToolFailure? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = unsafe CommandLine.unsafeArgv[index],
        unsafe String(validatingCString: word) == nil
      else { continue }
      let bytes = unsafe Array(UnsafeBufferPointer(start: word, count: strlen(word)))
        .map { UInt8(bitPattern: $0) }
      let isThere = unsafe access(word, F_OK) == 0
      let shown = Shell.printed(bytes)
      return isThere
        ? ToolFailure(
          .usage,
          "word \(index) of the command line is the path of something whose name is not UTF-8 (\(shown)),"
            + " and journal-tool takes UTF-8 only: give that a link with another name, and use the link",
          next: "ln -s -- \(shown) ./link")
        : ToolFailure(
          .usage,
          "word \(index) of the command line is not UTF-8 (\(shown)), as paths and names of state have to"
            + " be: type it where the terminal and the locale are UTF-8",
          next: "locale charmap")
    }
    return nil
  }
}
