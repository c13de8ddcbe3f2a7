/// Walks a ``ChangeTable`` in order of its keys. See ``ChangeTable/cursor(prefix:from:)``.
package final class TableCursor: EntryCursor {
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
    let prefix = prefix
    guard
      table.copyEntry(
        at: reference, prefix: prefix.span, changeCount: changeCount, into: &entry)
    else { return false }
    position = order.position(after: position)
    return true
  }
}
