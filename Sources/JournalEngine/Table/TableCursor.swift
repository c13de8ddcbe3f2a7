/// Walks a ``ChangeTable`` in order of its keys. See ``ChangeTable/cursor(prefix:from:)``.
package final class TableCursor: EntryCursor {
  private let table: ChangeTable
  private let prefix: [UInt8]
  private var position: KeyOrder.Position
  private let changeCount: Int

  init(table: ChangeTable, prefix: [UInt8], position: KeyOrder.Position, changeCount: Int) {
    self.table = table
    self.prefix = prefix
    self.position = position
    self.changeCount = changeCount
  }

  package func next(into entry: inout Entry) -> Bool {
    let prefix = prefix
    return table.copyEntry(
      at: &position, prefix: prefix.span, changeCount: changeCount, into: &entry)
  }
}
