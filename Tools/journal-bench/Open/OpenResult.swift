import StateJournal

/// The costs of opening that `open` found.
struct OpenResult {
  struct Case {
    var name: String
    /// On disk, in millions of bytes.
    var megabytes: Double
    /// Milliseconds from the start of the process to the first value read.
    var startToRead = Rounds()
    /// Milliseconds of opening alone.
    var opening = Rounds()
    /// The most memory resident, in MiB.
    var resident = Rounds()

    init(name: String, megabytes: Double) {
      self.name = name
      self.megabytes = megabytes
    }
  }

  var streamCount: Int
  var roundCount: Int
  var cases: [Case] = []

  init(streamCount: Int, roundCount: Int) {
    self.streamCount = streamCount
    self.roundCount = roundCount
  }

  var text: String {
    var table = TextTable()
    table.add(["", "process to first read", "open", "resident", "on disk"])
    for found in cases {
      table.add([
        found.name, TextTable.fixed(found.startToRead.median) + " ms",
        TextTable.fixed(found.opening.median) + " ms",
        TextTable.fixed(found.resident.median, 1) + " MiB",
        TextTable.fixed(found.megabytes, 1) + " MB",
      ])
    }
    return "\(TextTable.grouped(Double(streamCount))) streams of 100 bytes, "
      + "medians of \(roundCount) openings; contents verified\n" + table.text
  }

  var json: String {
    get throws {
      let result: StateObject = [
        "schema": "journal-bench.open.1", "streams": .int(Int64(streamCount)),
        "rounds": .int(Int64(roundCount)), "verified": true,
        "cases": .array(
          cases.map { found in
            [
              "name": .string(found.name),
              "process_to_first_read_ms": .double(found.startToRead.median),
              "open_ms": .double(found.opening.median),
              "resident_mib": .double(found.resident.median), "disk_mb": .double(found.megabytes),
            ]
          }),
      ]
      return try result.json(.pretty) + "\n"
    }
  }
}
