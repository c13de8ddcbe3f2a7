import StateJournal

extension Report {
  /// The same figures for programs.
  var json: String {
    get throws {
      var result: StateObject = [
        "schema": "journal-bench.2", "verified": .bool(sections.allSatisfy { $0.failure == nil }),
        "goals": .int(Int64(score.all)), "goals_met": .int(Int64(score.met)),
        "processors": .int(Int64(Machine.processorCount)), "system": .string(Machine.system),
        "sqlite": .string(SQLiteStore.version ?? "not available"),
      ]
      var figures: [StateValue] = []
      var failures: [StateValue] = []
      for section in sections {
        figures += section.figures.map { .object(object(of: $0, in: section.cell)) }
        if let failure = section.failure {
          failures.append(["cell": .string(section.cell), "error": .string(failure)])
        }
      }
      result["figures"] = .array(figures)
      result["failures"] = .array(failures)
      return try result.json(.pretty) + "\n"
    }
  }

  private func object(of figure: Figure, in cell: String) -> StateObject {
    var object: StateObject = [
      "cell": .string(cell), "name": .string(figure.name), "unit": .string(figure.unit.rawValue),
    ]
    if figure.rounds.count == 0 { return object }
    add(figure.rounds, to: &object)
    add(figure.goal, figure.rounds.median, to: &object)
    if !figure.beside.isEmpty {
      object["beside"] = .array(
        figure.beside.map { other in
          var compared: StateObject = ["name": .string(other.name)]
          if let rounds = other.rounds, let ratio = figure.ratio(to: other) {
            add(rounds, to: &compared)
            compared["ratio"] = Self.value(ratio)
            add(other.goal, ratio, to: &compared)
          }
          return .object(compared)
        })
    }
    return object
  }

  private func add(_ rounds: Rounds, to object: inout StateObject) {
    object["median"] = Self.value(rounds.median)
    object["lowest"] = Self.value(rounds.lowest)
    object["highest"] = Self.value(rounds.highest)
    object["rounds"] = .int(Int64(rounds.count))
  }

  private func add(_ goal: Goal?, _ value: Double, to object: inout StateObject) {
    guard let goal else { return }
    if let target = goal.target { object["target"] = .int(Int64(target)) }
    object["goal"] = .string("\(goal.sign) \(goal.limit)")
    object["met"] = .bool(goal.isMet(by: value))
  }

  /// A number that JSON can hold.
  private static func value(_ number: Double) -> StateValue {
    number.isFinite ? .double(number) : .null
  }
}
