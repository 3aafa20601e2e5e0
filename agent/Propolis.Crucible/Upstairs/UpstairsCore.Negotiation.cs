using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <content>Reaching the replicas: connections, the handshake, activation and reconciliation.</content>
public sealed partial class UpstairsCore
{
    IReadOnlyList<ExtentDifference> _differences = [];
    int _difference;
    int _reconciled;
    int _step;
    ulong _repairId;
    HashSet<int> _stepWaits = [];
    ulong _reconcileFlush;
    ulong _reconcileGeneration;

    /// <summary>Extents that reconciliation still has to make equal.</summary>
    public int ReconcileLeft => _differences.Count - _difference;

    /// <summary>An attempt to connect succeeded.</summary>
    public void Connected(int replica, long attempt)
    {
        var r = _replicas[replica];
        if (attempt != r.Attempt || r.State != ReplicaState.WaitConnect)
            return;
        (r.Connected, r.LastHeard, r.LastPing, r.State, r.Trouble) = (true, _now, _now, ReplicaState.Start, "it has not answered the greeting");
        _output.To(replica).Append(new HereIAm
        {
            Version = Protocol.Version,
            UpstairsId = _options.UpstairsId,
            SessionId = _options.SessionId,
            Generation = _generation,
            ReadOnly = _options.ReadOnly,
            Encrypted = _options.Encrypted,
        });
    }

    /// <summary>A connection ended, or an attempt failed.</summary>
    public void Disconnected(int replica, long attempt, string reason)
    {
        if (attempt == _replicas[replica].Attempt)
            Lose(_replicas[replica], reason);
        Conclude();
    }

    /// <summary>A frame came from a replica.</summary>
    public void Receive(int replica, long attempt, ReadOnlySpan<byte> frame)
    {
        var r = _replicas[replica];
        if (attempt != r.Attempt || !r.Connected)
            return;
        r.LastHeard = _now;
        if (!FrameReader.TryReadKind(frame, out var kind))
            Lose(r, "it sent a frame without a message of protocol 13");
        else if (!TryHandle(r, kind, frame))
            Lose(r, $"its {kind} does not decode or comes out of order");
        Conclude();
    }

    bool TryHandle(Replica r, MessageKind kind, ReadOnlySpan<byte> frame)
    {
        switch (kind)
        {
            case MessageKind.Imok:
                return true;
            case MessageKind.YouAreNoLongerActive:
                return FrameReader.TryRead<Promotion>(frame, out var winner) && Displaced(r, winner);
            case MessageKind.UuidMismatch:
                return FrameReader.TryRead<UuidMismatch>(frame, out var mismatch) && Disable(CrucibleError.Of(CrucibleErrorKind.UuidMismatch), r, $"{mismatch.Expected}");
            case MessageKind.EncryptedMismatch or MessageKind.ReadOnlyMismatch:
                return FrameReader.TryRead<ModeMismatch>(frame, out var mode) && RefusedMode(r, mode);
            case MessageKind.VersionMismatch:
                return FrameReader.TryRead<VersionMismatch>(frame, out var version) && LoseWith(r, $"it speaks version {version.Version}, not {Protocol.Version}");
            case MessageKind.YesItsMe when r.State == ReplicaState.Start:
                return FrameReader.TryRead<YesItsMe>(frame, out var yes) && Greeted(r, yes);
            case MessageKind.YouAreNowActive when r.State == ReplicaState.WaitForPromote:
                return FrameReader.TryRead<Promotion>(frame, out var promoted) && Promoted(r, promoted);
            case MessageKind.RegionInfo when r.State == ReplicaState.WaitForRegionInfo:
                return FrameReader.TryRead<RegionDefinition>(frame, out var region) && Described(r, region);
            case MessageKind.ExtentVersions when r.State == ReplicaState.GetExtentVersions:
                return FrameReader.TryRead<ExtentVersions>(frame, out var versions) && TakeVersions(r, versions);
            case MessageKind.RepairAckId when r.State == ReplicaState.Reconcile:
                return FrameReader.TryRead<RepairAckId>(frame, out var ack) && StepDone(r, ack.RepairId);
            case MessageKind.ExtentError when r.State == ReplicaState.Reconcile:
                return FrameReader.TryRead<ExtentError>(frame, out var error) && StepFailed(r, error);
            default:
                return r.State is ReplicaState.Active or ReplicaState.LiveRepair && TryHandleJob(r, kind, frame);
        }
    }

    bool Displaced(Replica r, in Promotion winner)
    {
        _output.Log($"replica {r.Index}: session {winner.SessionId} took over with generation {winner.Generation}");
        Fence(winner.Generation);
        return true;
    }

    bool Disable(CrucibleError error, Replica r, string detail)
    {
        _output.Log($"replica {r.Index} ({r.Target}): {error} {detail}");
        Stop(UpstairsState.Disabled, error);
        return true;
    }

    bool RefusedMode(Replica r, in ModeMismatch mode)
    {
        var readOnly = mode.Kind == MessageKind.ReadOnlyMismatch;
        return Disable(
            new CrucibleError(CrucibleErrorKind.NegotiationError)
            {
                Negotiation = readOnly ? NegotiationErrorKind.ReadOnlyMismatch : NegotiationErrorKind.EncryptionMismatch,
                Expected = mode.Expected ? 0UL : 1,
                Actual = mode.Expected ? 1UL : 0,
            },
            r,
            "");
    }

    bool LoseWith(Replica r, string reason)
    {
        Lose(r, reason);
        return true;
    }

    bool Greeted(Replica r, in YesItsMe yes)
    {
        if (yes.Version != Protocol.Version)
            return LoseWith(r, $"it speaks version {yes.Version}, not {Protocol.Version}");
        r.RepairAddress = yes.RepairAddress;
        if (State == UpstairsState.Initializing)
            (r.State, r.Trouble) = (ReplicaState.WaitActive, "it waits for the activation");
        else
            AskForPromotion(r);
        return true;
    }

    void AskForPromotion(Replica r)
    {
        (r.State, r.Trouble) = (ReplicaState.WaitForPromote, "it has not granted the promotion");
        _output.To(r.Index).Append(new Promotion(MessageKind.PromoteToActive, _options.UpstairsId, _options.SessionId, _generation));
    }

    bool Promoted(Replica r, in Promotion promoted)
    {
        if ((promoted.UpstairsId, promoted.SessionId, promoted.Generation) != (_options.UpstairsId, _options.SessionId, _generation))
            return LoseWith(r, "it promoted somebody else");
        (r.State, r.Trouble) = (ReplicaState.WaitForRegionInfo, "it has not told its geometry");
        _output.To(r.Index).Append(MessageKind.RegionInfoPlease);
        return true;
    }

    bool Described(Replica r, in RegionDefinition region)
    {
        var expected = new RegionDefinition(_options.BlockSize, _options.BlocksPerExtent, _options.ExtentCount, region.Uuid, _options.Encrypted);
        if (!region.SameGeometry(expected))
            return Disable(CrucibleError.Of(CrucibleErrorKind.RegionIncompatible, $"replica {r.Index} ({r.Target}) has {region}, expected {expected}"), r, "");
        if (r.Region is { } known && known.Uuid != region.Uuid && r.Mode != ReplicaMode.Replaced)
            return LoseWith(r, $"its region is {region.Uuid} and was {known.Uuid}");
        r.Region = region;
        (r.State, r.Trouble) = (ReplicaState.GetExtentVersions, "it has not told its extents' versions");
        _output.To(r.Index).Append(MessageKind.ExtentVersionsPlease);
        return true;
    }

    bool TakeVersions(Replica r, in ExtentVersions versions)
    {
        var count = (int)_options.ExtentCount;
        if (versions.Generations.Length != count || versions.FlushNumbers.Length != count || versions.DirtyBits.Length != count)
            return false;
        var list = new ExtentVersion[count];
        for (var i = 0; i < count; i++)
            list[i] = new ExtentVersion(versions.Generations[i], versions.FlushNumbers[i], versions.DirtyBits[i] != 0);
        r.Versions = list;
        if (r.Mode == ReplicaMode.Offline)
        {
            BecomeActive(r);
            Resume(r);
            StartLiveRepair();
            return true;
        }

        if (State == UpstairsState.Active && !_options.ReadOnly)
            (r.State, r.Trouble) = (ReplicaState.LiveRepairReady, "it waits to be repaired");
        else
            (r.State, r.Trouble) = (ReplicaState.WaitQuorum, "it waits for the others");
        FormQuorum();
        return true;
    }

    void FormQuorum()
    {
        if (_options.ReadOnly)
        {
            foreach (var r in _replicas.Where(r => r.State == ReplicaState.WaitQuorum))
                BecomeActive(r);
            FinishActivation();
        }
        else if (Array.TrueForAll(_replicas, r => r.State == ReplicaState.WaitQuorum))
        {
            var versions = _replicas.Select(r => r.Versions).ToList();
            if (ReconcileRules.CheckGeneration(_generation, versions) is { } error)
                Stop(UpstairsState.Disabled, error);
            else
                StartReconciliation(versions, ReconcileRules.Latecomer(versions));
        }
        else if (Array.TrueForAll(_replicas, r => r.State == ReplicaState.LiveRepairReady))
        {
            // None is left to repair from: make them equal as at the start. The generation is already ours. Writes not yet
            // flushed may be on none of them any more, which the next flush must say.
            _lostWrites |= _jobs.Exists(job => job.IsWrite);
            StartReconciliation(_replicas.Select(r => r.Versions).ToList(), null);
        }
        else
        {
            StartLiveRepair();
        }
    }

    // A latecomer keeps waiting for the others, and is repaired beside running IO once they are equal.
    void StartReconciliation(List<IReadOnlyList<ExtentVersion>> versions, int? latecomer)
    {
        _reconcileFlush = ReconcileRules.HighestFlush(versions) + 1;
        // Not one more, as the original does: an interrupted reconciliation would then forbid its own generation to go on.
        _reconcileGeneration = ReconcileRules.HighestGeneration(versions);
        _nextFlush = Math.Max(_nextFlush, _reconcileFlush + 1);
        (_differences, _difference, _step, _repairId) = (ReconcileRules.Plan(versions, latecomer), 0, 0, 0);
        foreach (var difference in _differences)
        {
            var held = string.Join(", ", versions.Select(v => v[(int)difference.Extent]).Select(v => $"{v.Generation}.{v.FlushNumber}{(v.Dirty ? " dirty" : "")}"));
            _output.Log($"extent {difference.Extent} differs ({held}) and is copied from replica {difference.Source}");
        }

        foreach (var r in _replicas.Where(r => r.Index != latecomer))
            (r.State, r.Trouble) = (ReplicaState.Reconcile, "it is being made equal with the others");
        if (latecomer is { } blank)
            _output.Log($"replica {blank} ({_replicas[blank].Target}) holds nothing yet and is filled while the others serve");
        RunStep();
    }

    // Four steps an extent, each acknowledged by all it went to before the next: flush source, close, copy, reopen.
    void RunStep()
    {
        if (_difference == _differences.Count)
        {
            FinishReconciliation();
            return;
        }

        var (extent, source, destinations) = _differences[_difference];
        var everyone = _replicas.Where(r => r.State == ReplicaState.Reconcile).Select(r => r.Index);
        _stepWaits = [.. _step switch { 0 => [source], 2 => destinations, _ => everyone }];
        foreach (var index in _stepWaits.Order())
            SendStep(_output.To(index), extent, source, destinations);
    }

    void SendStep(FrameBuffer target, uint extent, int source, IReadOnlyList<int> destinations)
    {
        if (_step == 0)
        {
            target.Append(new ExtentFlush(_repairId, extent, (byte)source, _reconcileFlush, _reconcileGeneration));
        }
        else if (_step == 2)
        {
            target.Append(new ExtentRepair
            {
                RepairId = _repairId,
                ExtentId = extent,
                SourceClientId = (byte)source,
                SourceRepairAddress = _replicas[source].RepairAddress!,
                Destinations = destinations.Select(i => (byte)i).ToArray(),
            });
        }
        else
        {
            target.Append(new ExtentStep(_step == 1 ? MessageKind.ExtentClose : MessageKind.ExtentReopen, _repairId, extent));
        }
    }

    bool StepDone(Replica r, ulong repairId)
    {
        if (repairId != _repairId || !_stepWaits.Remove(r.Index))
            return false;
        if (_stepWaits.Count > 0)
            return true;
        _repairId++;
        _step = (_step + 1) % 4;
        _difference += _step == 0 ? 1 : 0;
        RunStep();
        return true;
    }

    bool StepFailed(Replica r, in ExtentError error) =>
        LoseWith(r, $"reconciliation of extent {error.ExtentId} failed: {error.Error}");

    void FinishReconciliation()
    {
        _reconciled = _differences.Count;
        (_differences, _difference) = ([], 0);
        foreach (var r in _replicas)
        {
            (r.LastFlush, r.FirstJob) = (null, _nextJob);
            if (r.State == ReplicaState.Reconcile)
                BecomeActive(r);
            else
                LeaveForRepair(r);
        }

        FinishActivation();
        StartLiveRepair();
    }

    // It may be lost at this moment: then it is repaired when it comes back.
    static void LeaveForRepair(Replica r)
    {
        r.Mode = ReplicaMode.Faulted;
        if (r.State == ReplicaState.WaitQuorum)
            (r.State, r.Trouble) = (ReplicaState.LiveRepairReady, "it waits to be repaired");
    }

    // Everybody starts over: what is already equal stays equal.
    void AbortReconciliation(string reason)
    {
        if (!Array.Exists(_replicas, r => r.State is ReplicaState.Reconcile))
            return;
        (_differences, _difference) = ([], 0);
        foreach (var r in _replicas.Where(r => r.State == ReplicaState.Reconcile))
        {
            Drop(r);
            ConnectLater(r, $"reconciliation was interrupted: {reason}");
        }
    }

    void BecomeActive(Replica r) => (r.State, r.Mode, r.Trouble, r.LastProgress) = (ReplicaState.Active, ReplicaMode.New, "", _now);

    void FinishActivation()
    {
        if (State != UpstairsState.GoActive || !Array.Exists(_replicas, r => r.State == ReplicaState.Active))
            return;
        State = UpstairsState.Active;
        _output.Finished(UpstairsState.Active, null);
    }

    // A connection ended: what that means depends on how far it had come.
    void Lose(Replica r, string reason)
    {
        if (r.State is ReplicaState.Stopped or ReplicaState.PerhapsFenced)
            return;
        var before = r.State;
        Drop(r);
        ConnectLater(r, reason);
        _output.Log($"replica {r.Index} ({r.Target}): {reason}");
        switch (before)
        {
            case ReplicaState.WaitForPromote:
                // A refused promotion looks just like this. Trying again blindly is what lets a stale session in.
                (r.State, r.ConnectAt) = (ReplicaState.PerhapsFenced, null);
                r.Trouble = $"it closed the connection after generation {_generation} asked for promotion: another session may hold a newer one";
                _output.AskLease(r.Index, _generation);
                break;
            case ReplicaState.Reconcile:
                AbortReconciliation(reason);
                break;
            case ReplicaState.Active:
                LoseActive(r);
                break;
            case ReplicaState.LiveRepair:
                Fault(r, reason);
                break;
        }
    }

    void LoseActive(Replica r)
    {
        if (_options.ReadOnly)
        {
            SkipJobs(r);
            return;
        }

        if (State == UpstairsState.Deactivating || _repair is { } repair && repair.Source == r.Index)
            Fault(r, r.Trouble);
        else
            r.Mode = ReplicaMode.Offline;
        FinishDeactivation();
    }
}
