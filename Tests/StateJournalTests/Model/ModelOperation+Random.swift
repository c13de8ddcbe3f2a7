import StateJournal
import StorageSimulator

/// Makes operations from a seed. Few names, so that operations meet; names that differ in ways that
/// storages are prone to overlook.
struct ModelOperationSource {
  private static let sources = ["a", "a\u{0}", "ab", "é", "e\u{301}"]
  private static let names = ["1", "2", "1\u{0}", "\u{0}", "é", "e\u{301}"]

  private var generator: SeededGenerator
  /// Goes into every object, so that no two states are equal.
  private var counter: Int64 = 0

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> ModelOperation {
    switch number(below: 100) {
    case 0..<22: .update(address(), object(), durability())
    case 22..<30: .remove(address(), durability())
    case 30..<37: .apply(changes(), durability())
    case 37..<42: .write(state(), to: source(), durability())
    case 42..<47: updateSource()
    case 47..<54: .transaction(changes(), rejects: number(below: 6) == 0, durability())
    case 54..<62:
      .compareAndSet(
        address(), number(below: 4) == 0 ? nil : object(), isStale: number(below: 4) == 0,
        durability())
    case 62: invalid()
    case 63..<66: .sync
    case 66..<70: .compact(isFull: number(below: 3) == 0)
    case 70..<72: .compactOutside(generations: number(below: 3))
    case 72..<76: .check
    case 76..<78: .keepView
    case 78..<80: .keepReader
    case 80: .inspect(pastCommit: number(below: 12))
    case 81..<84: .close(compactingBetween: number(below: 4) == 0)
    case 84: .abandon
    case 85..<87: .kill
    case 87..<90: .powerLoss(loss())
    case 90..<94:
      .crash(
        within: 1 + number(below: 30), tearing: number(below: 2) == 0,
        number(below: 3) == 0 ? nil : loss())
    case 94..<97: fault()
    case 97: .fill(room: Int64(number(below: 600)))
    default: .free
    }
  }

  private mutating func number(below limit: Int) -> Int {
    Int.random(in: 0..<limit, using: &generator)
  }

  private mutating func source() -> String { Self.sources[number(below: Self.sources.count)] }

  private mutating func address(of source: String? = nil) -> StateAddress {
    StateAddress(
      source: source ?? self.source(), scope: number(below: 3) == 0 ? .others : .stream,
      name: Self.names[number(below: Self.names.count)])
  }

  private mutating func object() -> StateObject {
    counter += 1
    var object: StateObject = ["n": .int(counter)]
    if number(below: 4) == 0 { object["value"] = .random(using: &generator, depth: 3) }
    if number(below: 12) == 0 {
      object["pad"] = .string(String(repeating: "p", count: number(below: 3000)))
    }
    return object
  }

  private mutating func durability() -> ModelOperation.Durability {
    number(below: 3) == 0 ? .buffered : .synced
  }

  private mutating func changes(of source: String? = nil) -> [StateChange] {
    (0..<number(below: 5)).map { _ in
      switch number(below: 8) {
      case 0: .removeSource(source ?? self.source())
      case 1, 2: .remove(address(of: source))
      default: .update(address(of: source), object())
      }
    }
  }

  private mutating func state() -> SourceState {
    var state = SourceState()
    for _ in 0..<number(below: 5) {
      let address = address()
      state[address.scope, address.name] = object()
    }
    return state
  }

  private mutating func updateSource() -> ModelOperation {
    let source = source()
    return .updateSource(
      source, changes(of: source), rejects: number(below: 6) == 0, durability())
  }

  private mutating func invalid() -> ModelOperation {
    switch number(below: 3) {
    case 0: .invalid(.stream("", of: source()), [:])
    case 1: .invalid(.others("x", of: String(repeating: "é", count: 513)), [:])
    default: .invalid(address(), ["a": [1, ["b": .double(.nan)]]])
    }
  }

  private mutating func loss() -> LossPattern {
    let choice = number(below: 8)
    return choice < LossPattern.fixed.count
      ? LossPattern.fixed[choice] : .random(seed: generator.next())
  }

  private mutating func fault() -> ModelOperation {
    let plan = FaultPlan(seed: generator.next(), count: 1, among: 40)
    return plan.faults.first.map(ModelOperation.fault) ?? .sync
  }
}
