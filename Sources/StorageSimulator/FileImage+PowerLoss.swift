extension FileImage {
  /// The unit that a disk writes whole or not at all.
  static let sectorByteCount = 512

  /// The content of the file after a power loss.
  ///
  /// Two rules make up every outcome, and no other:
  /// - The size is what it was at some moment since the last sync.
  /// - Each sector, on its own, holds what the page cache held of it at some moment since the last
  ///   sync: writes get torn, lost and reordered, but the parts of two writes to one sector never
  ///   arrive without the older one.
  ///
  /// Where a cut had freed a sector, the two are bound to each other: with the cut in effect its
  /// old content is gone; without it nothing written later can be there.
  func survivor(of fate: Fate) -> [UInt8] {
    if unsynced.isEmpty { return durable }
    var fate = fate
    let sizeMoment = fate.chooseSizeMoment(changeCount: unsynced.count)
    var sizes = [durable.count]
    for change in unsynced { sizes.append(Self.size(after: change, from: sizes[sizes.count - 1])) }

    let sectorCount = Self.sectors(in: 0..<(sizes.max() ?? 0)).upperBound
    let moments = chooseMoments(
      sectorCount: sectorCount, sizes: sizes, sizeMoment: sizeMoment, fate: &fate)
    var bytes = replay(moments: moments, sizes: sizes)
    bytes.removeLast(bytes.count - sizes[sizeMoment])
    return bytes
  }

  /// Chooses for each sector the moment whose content it has.
  private func chooseMoments(
    sectorCount: Int, sizes: [Int], sizeMoment: Int, fate: inout Fate
  ) -> [Int] {
    var earliest = [Int](repeating: 0, count: sectorCount)
    var latest = [Int](repeating: unsynced.count, count: sectorCount)
    for index in unsynced.indices where sizes[index + 1] < sizes[index] {
      for sector in Self.wholeSectors(from: sizes[index + 1])..<sectorCount {
        if index < sizeMoment {
          earliest[sector] = index + 1
        } else {
          latest[sector] = min(latest[sector], index)
        }
      }
    }
    let hole = fate.chooseHole(sectorCount: sectorCount)
    return (0..<sectorCount).map { sector in
      fate.chooseMoment(
        in: earliest[sector]...latest[sector], isHole: sector == hole)
    }
  }

  /// Makes each change, in order, in those sectors that have come that far.
  private func replay(moments: [Int], sizes: [Int]) -> [UInt8] {
    var bytes = durable
    let most = sizes.max() ?? 0
    bytes += [UInt8](repeating: 0, count: max(most - bytes.count, 0))
    for (index, change) in unsynced.enumerated() {
      let range =
        switch change {
        case .write(let offset, let new): offset..<(offset + new.count)
        case .resize(let byteCount): min(byteCount, sizes[index])..<sizes[index]
        }
      for sector in Self.sectors(in: range) where moments[sector] > index {
        let start = sector * Self.sectorByteCount
        let part = range.clamped(to: start..<(start + Self.sectorByteCount))
        switch change {
        case .write(let offset, let new):
          bytes.replaceSubrange(
            part, with: new[(part.lowerBound - offset)..<(part.upperBound - offset)])
        case .resize:
          bytes.replaceSubrange(part, with: [UInt8](repeating: 0, count: part.count))
        }
      }
    }
    return bytes
  }

  /// The sectors that share a byte with `range`.
  private static func sectors(in range: Range<Int>) -> Range<Int> {
    (range.lowerBound / sectorByteCount)..<wholeSectors(from: range.upperBound)
  }

  /// The first sector that lies wholly at or beyond `offset`.
  private static func wholeSectors(from offset: Int) -> Int {
    (offset + sectorByteCount - 1) / sectorByteCount
  }
}

extension Fate {
  fileprivate mutating func chooseSizeMoment(changeCount: Int) -> Int {
    switch self {
    case .moment(let moment): return moment
    case .sizeWithoutData, .oneHole: return changeCount
    case .scrambled(var generator):
      defer { self = .scrambled(generator) }
      // The newest size half of the time: a smaller one hides what became of the data.
      return Bool.random(using: &generator)
        ? changeCount : Int.random(in: 0...changeCount, using: &generator)
    }
  }

  fileprivate mutating func chooseHole(sectorCount: Int) -> Int? {
    guard case .oneHole(var generator) = self, sectorCount > 0 else { return nil }
    defer { self = .oneHole(generator) }
    return Int.random(in: 0..<sectorCount, using: &generator)
  }

  fileprivate mutating func chooseMoment(in possible: ClosedRange<Int>, isHole: Bool) -> Int {
    switch self {
    case .moment(let moment):
      return min(max(moment, possible.lowerBound), possible.upperBound)
    case .sizeWithoutData: return possible.lowerBound
    case .oneHole: return isHole ? possible.lowerBound : possible.upperBound
    case .scrambled(var generator):
      defer { self = .scrambled(generator) }
      return Bool.random(using: &generator)
        ? possible.upperBound : Int.random(in: possible, using: &generator)
    }
  }
}
