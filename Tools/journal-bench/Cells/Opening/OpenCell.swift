struct OpenCell: BenchCell {
  init(_ settings: BenchSettings) throws {}
  func measure(in workplace: Workplace) throws -> [Figure] { [] }
}
