import Foundation

/// A directory of a test's own.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/sources-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func put(_ text: String, in name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
  }

  func append(_ text: String, to name: String) throws {
    guard FileManager.default.fileExists(atPath: "\(path)/\(name)") else {
      return try put(text, in: name)
    }
    let handle = try FileHandle(forWritingTo: URL(filePath: "\(path)/\(name)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  func rename(_ name: String, to newName: String) throws {
    let target = "\(path)/\(newName)"
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: target)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(name)").map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// Copies a log to its next name and cuts it in place, as `logrotate` does with `copytruncate`.
  func copyAndTruncate(_ name: String, to newName: String) throws {
    let text = text(name) ?? ""
    try put(text, in: newName)
    try truncate(name)
  }

  func truncate(_ name: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: "\(path)/\(name)"))
    try handle.truncate(atOffset: 0)
    try handle.close()
  }
}
