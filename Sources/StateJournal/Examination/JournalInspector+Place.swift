import FileIO
public import JournalEngine
import JournalFormat

extension JournalInspector {
  /// Examines the place of a store, or a directory that is to hold one: whether the store opens, the
  /// clock, leftovers, the file system and its mount options, syncs, space, limits and access.
  ///
  /// ```swift
  /// let examination = try JournalInspector("state").examinePlace(measuringSyncs: true)
  /// for check in examination.checks where check.verdict >= .warning {
  ///   print(check.subject, check.finding, check.advice ?? "")
  /// }
  /// ```
  ///
  /// What is wrong is found, not thrown. Mounts, limits and access are asked of the operating system,
  /// and left out for any other file system than ``POSIXFileSystem``.
  ///
  /// - Parameter measuringSyncs: whether one small file, `.journal-tool-doctor-….tmp`, is written in
  ///   the directory, synced up to a hundred times in at most two seconds, and removed, as is one that
  ///   an earlier examination has left which was killed. Otherwise nothing is written.
  /// - Throws: ``JournalError/Reason/notFound`` when there is no such directory;
  ///   ``JournalError/Reason/newerFormat(version:)``; `io` when it cannot be listed.
  /// - Complexity: as ``status(isExact:)`` that is not exact, and O(files).
  public func examinePlace(
    measuringSyncs: Bool = false
  ) throws(JournalError) -> PlaceExamination {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    if measuringSyncs { SyncProbe.sweep(directory) }
    let names: [String]
    do {
      names = try directory.list().filter { !FileName.isOfFileSystem($0) }
    } catch {
      throw JournalError(error)
    }
    var examination = PlaceExamination()
    let bundles = (try? RepairUndo.bundles(in: directory)) ?? []
    examination.checks = try storeChecks(beside: names, bundles: bundles, &examination.status)
    let kinds = StoreChecks.kinds(names, in: directory)
    examination.checks += kinds
    let isReal = fileSystem is POSIXFileSystem
    if isReal { mount(&examination) }
    if measuringSyncs { sync(directory, &examination) }
    let files = examination.status?.files ?? []
    examination.checks.append(
      RoomChecks.space(
        directory, storeByteCount: files.clampedSum { $0.byteCount ?? 0 }))
    guard isReal else { return examination }
    examination.checks += RoomChecks.inodes(path)
    examination.checks += RoomChecks.limits(fileCount: names.count)
    if StoreChecks.areForeign(names) {
      examination.checks += AccessChecks.writing(to: path)
      return examination
    }
    examination.checks += AccessChecks.directory(path)
    // Files of which one is a problem are not fine by having one owner.
    examination.checks += AccessChecks.files(names, in: path).filter {
      kinds.isEmpty || $0.verdict > .fine
    }
    return examination
  }

  private func storeChecks(
    beside names: [String], bundles: [String], _ status: inout JournalStatus?
  ) throws(JournalError) -> [PlaceCheck] {
    let found: JournalStatus
    do {
      found = try self.status(isExact: false)
    } catch {
      switch error.reason {
      case .newerFormat: throw error
      case .notAStore: return [StoreChecks.none(in: path, beside: names)]
      default:
        return [
          .problem(
            "store", error.description, "journal-tool verify \(Shell.quoted(path))")
        ]
      }
    }
    status = found
    return StoreChecks.run(found, directory: path, bundles: bundles, now: WallClock.now)
  }

  private func mount(_ examination: inout PlaceExamination) {
    guard let mount = MountPoint.holding(path) else {
      examination.checks.append(.note("file system", "cannot be told on this system"))
      return
    }
    examination.fileSystemType = mount.type
    examination.mountOptions = mount.options
    examination.checks += mount.checks
  }

  private func sync(_ directory: any Directory, _ examination: inout PlaceExamination) {
    do {
      let probe = try SyncProbe(directory, onUnfinishedFile: onUnfinishedFile)
      examination.syncLatency = probe.latency
      examination.checks.append(probe.check)
    } catch {
      let place = Shell.quoted(path)
      examination.checks.append(
        .problem(
          "sync", "a file of one's own cannot be written: \(error)",
          "ls -ld \(place); df -h \(place)"))
    }
  }
}
