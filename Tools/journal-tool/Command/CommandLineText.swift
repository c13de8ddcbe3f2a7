/// The command line as bytes.
enum CommandLineText {
  /// Why the command line cannot be used: a word that is not UTF-8. Swift would mend it, and a name of
  /// state that was mended is another name.
  static var failure: ToolFailure? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = unsafe CommandLine.unsafeArgv[index] else { continue }
      if unsafe String(validatingCString: word) == nil {
        return ToolFailure(
          .usage,
          "word \(index) of the command line is not UTF-8: "
            + JSONLine.quoted(unsafe String(cString: word)), next: "journal-tool --help")
      }
    }
    return nil
  }
}
