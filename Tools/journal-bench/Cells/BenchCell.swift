/// One kind of measurement.
protocol BenchCell {
  init(_ settings: BenchSettings) throws
  /// Measures, checks the contents of every store it wrote, and removes them.
  func measure(in workplace: Workplace) throws -> [Figure]
}

/// The cells by name, in the order of `all`.
enum Cells {
  struct Entry {
    var name: String
    var type: any BenchCell.Type
    var summary: String
  }

  static var all: [Entry] {
    [
      Entry(name: "limits", type: LimitsCell.self, summary: "bare loops alone"),
      Entry(name: "durable", type: DurableCell.self, summary: "one synced writer"),
      Entry(name: "syncs", type: SyncsCell.self, summary: "ways of one record to the disk"),
      Entry(name: "threads", type: ThreadsCell.self, summary: "synced writers, a thread each"),
      Entry(name: "tasks", type: TasksCell.self, summary: "synced writers, a task each"),
      Entry(name: "buffered", type: BufferedCell.self, summary: "writers that wait for no sync"),
      Entry(name: "cost", type: CostCell.self, summary: "update rate against number of streams"),
      Entry(name: "open", type: OpenCell.self, summary: "process start to first read"),
      Entry(name: "reads", type: ReadsCell.self, summary: "point reads, one thread"),
      Entry(name: "iterate", type: IterateCell.self, summary: "all entries in key order"),
      Entry(name: "compact", type: CompactCell.self, summary: "compaction, and a writer beside it"),
      Entry(name: "merges", type: MergesCell.self, summary: "bytes that merge policies write"),
      Entry(name: "space", type: SpaceCell.self, summary: "bytes on disk per byte of state"),
      Entry(name: "tool", type: ToolCell.self, summary: "journal-tool: start, verify, dump"),
      Entry(
        name: "allocations", type: AllocationsCell.self, summary: "blocks of memory per update"),
      Entry(name: "encode", type: EncodeCell.self, summary: "state and Codable types to CBOR"),
    ]
  }
}
