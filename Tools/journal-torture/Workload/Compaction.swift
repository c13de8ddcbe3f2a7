import JournalEngine
import StateJournal
import ToolSupport

/// Compacts a store as `journal-tool compact -y` does, and says on standard output what came of it.
enum Compaction {
  /// Returns the exit code: that somebody else compacts or opens the store just now is an outcome.
  static func run(_ directory: String) throws(TortureFailure) -> Int32 {
    var text = "nothing to do"
    var code: Int32 = 0
    do throws(JournalError) {
      if let report = try JournalInspector(directory).compact() {
        text = "compacted through commit \(report.through)"
      }
    } catch {
      guard case .locked = error.reason else { throw TortureFailure(error) }
      text = "\(error)"
      code = TortureFailure.Kind.locked.rawValue
    }
    do {
      try StandardStream.output.write(text + "\n")
    } catch {
      throw TortureFailure(error)
    }
    return code
  }
}
