import Foundation

extension JournalToolBench.Outcome {
  /// The command that a failure names to be run next.
  var next: String {
    messages.split(separator: "\n").last { $0.hasPrefix("  next: ") }.map {
      String($0.dropFirst(8))
    } ?? ""
  }
}

extension JournalToolBench {
  /// Runs what a message named, as somebody does who copies it into a shell.
  func shell(_ command: String) throws -> Outcome {
    let tools = URL(fileURLWithPath: Self.tool).deletingLastPathComponent().path
    return try run(["/usr/bin/env", "PATH=\(tools):/usr/bin:/bin", "/bin/sh", "-c", command])
  }

  /// Makes a directory with empty files beside the store.
  func makeDirectory(_ name: String, _ files: String...) throws -> String {
    let path = directory + "/" + name
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for file in files { try Data().write(to: URL(fileURLWithPath: path + "/" + file)) }
    return path
  }
}
