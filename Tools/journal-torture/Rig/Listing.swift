import StateJournal

/// What `check` prints, read back.
package enum Listing {
  /// The value of each key.
  ///
  /// - Throws: when a line is not the object of a key and a value, or a key comes twice.
  package static func entries(_ bytes: [UInt8]) throws(TortureFailure) -> [String: String] {
    var entries: [String: String] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let object: StateObject
      do {
        object = try StateObject(json: String(decoding: line, as: UTF8.self))
      } catch {
        throw TortureFailure(.failed, "\(error)")
      }
      guard let key = object["key"]?.string, let value = object["value"]?.string,
        object.count == 2, entries.updateValue(value, forKey: key) == nil
      else {
        throw TortureFailure(.failed, "unexpected line: \(object)")
      }
    }
    return entries
  }
}
