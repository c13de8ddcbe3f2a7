import Foundation

/// Runs `body` with the path of an empty directory of its own, and removes it afterwards.
func withScratchDirectory<Result>(
  in parent: String?, _ body: (String) async throws -> Result
) async throws -> Result {
  let parent = parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
  let place = parent.appending(component: "state-storage-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: place) }
  return try await body(place.path)
}
