extension Journal {
  /// Goes from one live entry to a later one: calls `body` with the first entry, and then with the
  /// first at or behind the key that `body` returned, from one moment's state, until it returns
  /// `nil`. What lies between is not read.
  package func skip(_ body: (Entry) -> [UInt8]?) throws(JournalError) {
    var start: [UInt8]? = nil
    while true {
      let view = view()
      do {
        var entry = Entry()
        while try view.cursor(from: start).next(into: &entry) {
          guard let next = body(entry) else { return }
          start = next
        }
        return
      } catch {
        try servePreviousGeneration(because: error, in: view.chain)
      }
    }
  }
}
