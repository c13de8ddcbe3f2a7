import JournalEngine
import StateJournal
import ToolSupport

/// Recovers a store and lists what it holds.
enum Check {
  static func run(_ directory: String) throws(TortureFailure) {
    let store = try TortureStore(directory, options: JournalOptions())
    var listing: [UInt8] = []
    for (key, value) in try store.entries() {
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
    try store.close()
  }
}
