import Foundation
import StateJournal

/// Runs `body` with the path of a directory that is not there yet, in one that is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result
{
  let parent = FileManager.default.temporaryDirectory.appending(
    component: "state-journal-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: parent) }
  return try await body(parent.appending(component: "state").path)
}

extension JournalOptions {
  /// For tests of what has nothing to do with syncs.
  static var quick: JournalOptions {
    var options = JournalOptions()
    options.durability = .buffered
    return options
  }
}
