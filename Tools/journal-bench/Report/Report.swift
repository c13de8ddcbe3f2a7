import StateJournal

/// The figures of one run, as a table or as JSON.
struct Report {
  struct Section {
    var cell: String
    var figures: [Figure]
    /// Why the cell has no figures.
    var failure: String?
  }

  var settings: BenchSettings
  var sections: [Section] = []

  init(_ settings: BenchSettings) { self.settings = settings }

  /// How many goals were met, and how many there were.
  var score: (met: Int, all: Int) {
    var score = (met: 0, all: 0)
    func count(_ isMet: Bool?) {
      guard let isMet else { return }
      score.all += 1
      if isMet { score.met += 1 }
    }
    for figure in sections.flatMap(\.figures) where figure.rounds.count > 0 {
      count(figure.goal?.isMet(by: figure.rounds.median))
      for other in figure.beside {
        if let ratio = figure.ratio(to: other) { count(other.goal?.isMet(by: ratio)) }
      }
    }
    return score
  }

  var text: String {
    var table = TextTable(leftColumns: [0, 3, 7])
    table.add(["", "median", "spread", "beside", "median", "ratio", "goal", "", "target"])
    for section in sections {
      if let failure = section.failure { table.add(["\(section.cell): FAILED: \(failure)"]) }
      for figure in section.figures { addRows(of: figure, in: section.cell, to: &table) }
    }
    let (met, all) = score
    return table.text + "\(met) of \(all) goals met; contents verified\n"
  }

  private func addRows(of figure: Figure, in cell: String, to table: inout TextTable) {
    let rounds = figure.rounds
    if rounds.count == 0 { return table.add(["\(cell): \(figure.name)", "not available"]) }
    let spread =
      rounds.count < 2
      ? "" : "\(Figure.Unit.figures(rounds.lowest)) … \(Figure.Unit.figures(rounds.highest))"
    var row = ["\(cell): \(figure.name)", figure.unit.text(rounds.median), spread]
    if figure.goal != nil || figure.beside.isEmpty {
      table.add(row + ["", "", ""] + verdict(figure.goal, rounds.median, figure.unit))
      row = ["", "", ""]
    }
    for other in figure.beside {
      if let others = other.rounds, let ratio = figure.ratio(to: other) {
        table.add(
          row + [other.name, figure.unit.text(others.median), Figure.Unit.figures(ratio)]
            + verdict(other.goal, ratio, .ratio))
      } else {
        table.add(row + [other.name, "not available", ""] + verdict(nil, 0, .ratio))
      }
      row = ["", "", ""]
    }
  }

  private func verdict(_ goal: Goal?, _ value: Double, _ unit: Figure.Unit) -> [String] {
    guard let goal else { return ["", "", ""] }
    return [
      "\(goal.sign) \(unit.text(goal.limit))", goal.isMet(by: value) ? "met" : "missed",
      goal.target.map(String.init) ?? "",
    ]
  }
}
