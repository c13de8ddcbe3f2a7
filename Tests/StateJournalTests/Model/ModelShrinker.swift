/// Makes a list that fails shorter, as long as it fails (A. Zeller and R. Hildebrandt, "Simplifying
/// and isolating failure-inducing input", 2002).
enum ModelShrinker {
  /// A sublist that still fails and stops failing without any single one of its elements, unless
  /// `maximumTryCount` ran out before.
  static func shrink<Element>(
    _ list: [Element], maximumTryCount: Int = 2000, fails: ([Element]) -> Bool
  ) -> [Element] {
    var list = list
    var tryCount = 0
    var pieceCount = 2
    while list.count > 1, tryCount < maximumTryCount {
      let size = (list.count + pieceCount - 1) / pieceCount
      let shorter = stride(from: 0, to: list.count, by: size).lazy
        .map { start in list[..<start] + list[min(start + size, list.count)...] }
        .first { candidate in
          tryCount += 1
          return tryCount <= maximumTryCount && fails(Array(candidate))
        }
      if let shorter {
        list = Array(shorter)
        pieceCount = max(pieceCount - 1, 2)
      } else if size > 1 {
        pieceCount = min(pieceCount * 2, list.count)
      } else {
        break
      }
    }
    return list
  }
}

extension ModelScript {
  /// The shortest script that can be found which still breaks a promise on the subject.
  func shrunk(on subject: ModelSubject = ModelSubject()) -> ModelScript {
    var script = self
    script.operations = ModelShrinker.shrink(operations) { operations in
      var candidate = self
      candidate.operations = operations
      return candidate.run(on: subject) != nil
    }
    return script
  }
}
