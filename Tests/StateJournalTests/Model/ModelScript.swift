import StateJournal
import StorageSimulator

/// A run of the model test: what decides the storage's behaviour, and what is done to it.
struct ModelScript: Sendable {
  var seed: UInt64
  var segmentByteCount: Int
  var maximumRunCount: Int
  var generationCount: Int
  var operations: [ModelOperation]

  /// The script that a seed stands for.
  init(seed: UInt64, operationCount: Int) {
    var generator = SeededGenerator(seed: seed)
    self.seed = seed
    segmentByteCount = [300, 1000, 5000].randomElement(using: &generator) ?? 1000
    maximumRunCount = Int.random(in: 0...3, using: &generator)
    generationCount = Int.random(in: 0...2, using: &generator)
    var source = ModelOperationSource(seed: generator.next())
    operations = (0..<operationCount).map { _ in source.next() }
  }

  /// One history, one sequence of file operations: nothing happens in the background.
  var options: JournalOptions {
    var options = JournalOptions()
    options.segmentByteCount = segmentByteCount
    options.maximumRunCount = maximumRunCount
    options.retainedGenerationCount = generationCount
    options.preallocationByteCount = 0
    options.compactionByteCount = nil
    return options
  }

  /// Runs the script on a machine of its own; returns what went wrong, if anything did.
  func run(on subject: ModelSubject = ModelSubject()) -> ModelFailure? {
    var number = 0
    do throws(ModelFailure) {
      let run = try ModelRun(self, subject)
      for operation in operations {
        number += 1
        try run.perform(operation)
      }
      number += 1
      try run.finish()
      return nil
    } catch {
      return ModelFailure("operation \(number): \(error.description)")
    }
  }
}

extension ModelScript: CustomStringConvertible {
  /// The script as a person reads it.
  var description: String {
    let lines = operations.enumerated().map { "  \($0.offset + 1). \($0.element)" }
    let head =
      "seed \(seed): segments of \(segmentByteCount) bytes, \(maximumRunCount) runs, "
      + "\(generationCount) generations"
    return ([head] + lines).joined(separator: "\n")
  }
}

/// A promise that was broken.
struct ModelFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What the operations are done to: the storage as it is, unless a test plants a mistake.
struct ModelSubject: Sendable {
  var remove:
    @Sendable (JournalStateStorage, StateAddress, JournalOptions.Durability) throws(StateError) ->
      Void = { (storage, address, durability) throws(StateError) in
        try storage.remove(address, durability: durability)
      }
}
