import StateJournal
import ToolSupport

/// What `check` and `read` print: a line of JSON for each key.
package enum Listing {
  /// Prints it in one go, so that a part of it never comes with success.
  static func write(_ entries: [(key: String, value: String)]) throws(TortureFailure) {
    var listing: [UInt8] = []
    for (key, value) in entries {
      let line: StateObject = ["key": .string(key), "value": .string(value)]
      do {
        try line.appendJSON(to: &listing)
      } catch {
        throw TortureFailure(error)
      }
      listing.append(UInt8(ascii: "\n"))
    }
    do {
      try StandardStream.output.write(listing)
    } catch {
      throw TortureFailure(error)
    }
  }

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
