import StateJournal

/// The rates that `cost` found.
struct CostResult {
  struct Durability {
    var name: String
    var streamCounts: [Int]
    var rates: [Rounds]
    /// The bare loop's rate.
    var limit: Rounds
  }

  var roundCount: Int
  var seconds: Double
  var durabilities: [Durability] = []

  var text: String {
    var table = TextTable()
    table.add(["updates per second", "median", "lowest", "highest", "of the bare loop"])
    for durability in durabilities {
      for (streamCount, rates) in zip(durability.streamCounts, durability.rates) {
        table.add(
          ["\(durability.name), \(TextTable.grouped(Double(streamCount))) streams"]
            + figures(rates) + [TextTable.fixed(rates.median / durability.limit.median)])
      }
      let loop = durability.name == "synced" ? "write + fdatasync, zero-filled" : "write"
      table.add(["bare loop of \(loop)"] + figures(durability.limit) + ["1.00"])
    }
    return "medians of \(roundCount) interleaved rounds of \(TextTable.fixed(seconds, 1)) s, "
      + "one thread, 100 bytes; contents verified\n" + table.text
  }

  private func figures(_ rounds: Rounds) -> [String] {
    [rounds.median, rounds.lowest, rounds.highest].map(TextTable.grouped)
  }

  var json: String {
    get throws {
      var cells: [StateValue] = []
      for durability in durabilities {
        for (streamCount, rates) in zip(durability.streamCounts, durability.rates) {
          cells.append([
            "durability": .string(durability.name), "streams": .int(Int64(streamCount)),
            "updates_per_s": .double(rates.median), "lowest": .double(rates.lowest),
            "highest": .double(rates.highest), "limit_per_s": .double(durability.limit.median),
            "ratio": .double(rates.median / durability.limit.median),
          ])
        }
      }
      let result: StateObject = [
        "schema": "journal-bench.cost.1", "rounds": .int(Int64(roundCount)),
        "seconds": .double(seconds), "cells": .array(cells), "verified": true,
      ]
      return try result.json(.pretty) + "\n"
    }
  }
}
