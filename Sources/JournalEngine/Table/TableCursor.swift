/// Walks a ``ChangeTable`` in order of its keys. See ``ChangeTable/cursor(prefix:from:)``.
package final class TableCursor: EntryCursor {
  /// How many entries ahead memory is asked for.
  private static let lookahead = 8

  private let table: ChangeTable
  private let order: KeyOrder
  private let prefix: [UInt8]
  private let changeCount: Int
  private var position: KeyOrder.Position

  init(
    table: ChangeTable, order: KeyOrder, start: KeyOrder.Position, prefix: [UInt8],
    changeCount: Int
  ) {
    self.table = table
    self.order = order
    self.prefix = prefix
    self.changeCount = changeCount
    position = start
  }

  package func next(into entry: inout Entry) -> Bool {
    guard let reference = order.reference(at: position) else { return false }
    // Entries lie in memory in the order in which they came, which is no order of keys.
    if let coming = order.reference(inLeafOf: position, ahead: Self.lookahead) {
      table.prefetchEntry(at: coming)
    }
    let prefix = prefix
    guard
      table.copyEntry(
        at: reference, prefix: prefix.span, changeCount: changeCount, into: &entry)
    else { return false }
    position = order.position(after: position)
    return true
  }
}
