using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>
/// One downstairs without sockets: frames go in, frames come out, files change. Every method runs to its end; the caller
/// takes care that only one runs at a time. Wrong input ends the connection it came from, with a reason, and nothing else.
/// </summary>
public sealed class DownstairsCore
{
    readonly Region _region;
    readonly DownstairsOptions _options;
    readonly IDownstairsOutput _output;
    readonly JobRunner _runner;
    readonly Dictionary<ConnectionId, Session> _sessions = [];
    readonly Dictionary<long, PendingFetch> _fetches = [];
    TimeSpan _now;
    long _nextFetch;

    /// <summary>Serves an open region.</summary>
    public DownstairsCore(Region region, DownstairsOptions options, IDownstairsOutput output, ISnapshots snapshots)
    {
        _region = region;
        _options = options;
        _output = output;
        _runner = new JobRunner(region, options, output, snapshots);
    }

    /// <summary>Jobs that wait for others, over all connections.</summary>
    public int WaitingJobs => _sessions.Values.Sum(session => session.WaitingCount);

    /// <summary>Sessions that count as active.</summary>
    public int ActiveSessions => _sessions.Values.Count(session => session.IsActive);

    /// <summary>A connection came.</summary>
    public void Connect(ConnectionId connection) => _sessions.Add(connection, new Session(connection, _now));

    /// <summary>
    /// A connection went. Only its own session stops being active: the original clears the entry of whoever has the same
    /// upstairs id, and so lets an older generation in.
    /// </summary>
    public void Disconnect(ConnectionId connection) => _sessions.Remove(connection);

    /// <summary>A whole frame came.</summary>
    public void Receive(ConnectionId connection, ReadOnlySpan<byte> frame)
    {
        if (!_sessions.TryGetValue(connection, out var session))
            return;
        session.LastHeard = _now;
        if (!FrameReader.TryReadKind(frame, out var kind))
            End(session, "a frame carries no message of protocol 13");
        else if (kind == MessageKind.Ruok)
            _output.To(connection).Append(MessageKind.Imok);
        else if (session.State == NegotiationState.Running)
            ReceiveRunning(session, kind, frame);
        else
            Negotiate(session, kind, frame);
    }

    /// <summary>Time goes on: ends silent connections and runs postponed jobs.</summary>
    public void Tick(TimeSpan now)
    {
        _now = now;
        foreach (var session in _sessions.Values.ToList())
        {
            if (now - session.LastHeard >= _options.InactivityLimit)
                End(session, $"nothing was heard for {_options.InactivityLimit.TotalSeconds} s");
            else
                RunReady(session, session.ReadyCount);
        }
    }

    /// <summary>
    /// A fetch ended. What was fetched for a session that has gone, or over an extent that was opened meanwhile, is not used. A failed live repair ends the connection, as in the original, so that the upstairs starts over.
    /// </summary>
    public void FetchFinished(long token, CrucibleError? error)
    {
        if (!_fetches.Remove(token, out var fetch) || !_sessions.TryGetValue(fetch.Connection, out var session))
            return;
        error ??= _runner.PutInPlace(fetch.Extent);
        if (fetch.Job is { } job)
        {
            if (error is not null)
            {
                _output.To(session.Connection).Append(new ErrorReport(job, error));
                End(session, $"live repair of extent {fetch.Extent} failed: {error}");
                return;
            }

            _output.To(session.Connection).Append(new JobAck(MessageKind.ExtentLiveRepairAckId, job, null));
            session.Complete(job.JobId, forgetEarlier: false);
            RunReady(session, int.MaxValue);
        }
        else
        {
            Answer(session, fetch.RepairId, fetch.Extent, error);
        }
    }

    void Negotiate(Session session, MessageKind kind, ReadOnlySpan<byte> frame)
    {
        switch (kind)
        {
            case MessageKind.HereIAm when session.State == NegotiationState.Open:
                Greet(session, frame);
                break;
            case MessageKind.PromoteToActive when session.State == NegotiationState.Connected:
                Promote(session, frame);
                break;
            case MessageKind.RegionInfoPlease when session.State == NegotiationState.Promoted:
                _output.To(session.Connection).Append(_region.Definition);
                session.State = NegotiationState.SentRegionInfo;
                break;
            case MessageKind.ExtentVersionsPlease when session.State == NegotiationState.SentRegionInfo:
                SendVersions(session);
                session.State = NegotiationState.Running;
                break;
            case MessageKind.LastFlush when session.State == NegotiationState.SentRegionInfo:
                Resume(session, frame);
                break;
            case MessageKind.HereIAm or MessageKind.PromoteToActive or MessageKind.RegionInfoPlease or MessageKind.ExtentVersionsPlease
                or MessageKind.LastFlush:
                End(session, $"{kind} came out of order");
                break;
        }
    }

    void Greet(Session session, ReadOnlySpan<byte> frame)
    {
        var target = _output.To(session.Connection);
        if (!FrameReader.TryRead<HereIAm>(frame, out var hello))
        {
            End(session, "HereIAm does not decode");
        }
        else if (hello.Version != Protocol.Version && !hello.AlternateVersions.Contains(Protocol.Version))
        {
            target.Append(new VersionMismatch(Protocol.Version));
            End(session, $"it speaks version {hello.Version}, not {Protocol.Version}");
        }
        else if (hello.ReadOnly != _region.ReadOnly)
        {
            target.Append(new ModeMismatch(MessageKind.ReadOnlyMismatch, _region.ReadOnly));
            End(session, $"the region is {(_region.ReadOnly ? "read-only" : "read-write")}");
        }
        else if (hello.Encrypted != _region.Definition.Encrypted)
        {
            target.Append(new ModeMismatch(MessageKind.EncryptedMismatch, _region.Definition.Encrypted));
            End(session, $"the region is {(_region.Definition.Encrypted ? "" : "not ")}encrypted");
        }
        else
        {
            session.Identity = new Promotion(MessageKind.PromoteToActive, hello.UpstairsId, hello.SessionId, hello.Generation);
            session.State = NegotiationState.Connected;
            target.Append(new YesItsMe(Protocol.Version, _options.RepairAddress));
        }
    }

    void Promote(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<Promotion>(frame, out var request))
        {
            End(session, "PromoteToActive does not decode");
            return;
        }

        if (MismatchOf(session, request.UpstairsId, request.SessionId) is { } expected)
        {
            _output.To(session.Connection).Append(new UuidMismatch(expected));
            End(session, "the promotion names other ids than HereIAm");
            return;
        }

        if (!_region.ReadOnly && !TryFence(session, request))
            return;
        DisplaceFor(session, request);
        session.Identity = request;
        session.IsActive = true;
        session.State = NegotiationState.Promoted;
        _output.To(session.Connection).Append(request with { Kind = MessageKind.YouAreNowActive });
    }

    // Everything that can refuse or fail comes before the first effect.
    bool TryFence(Session session, in Promotion request)
    {
        var reason = PromotionRules.Refuse(_region.Fence, request);
        var fence = new Fence(request.Generation, request.UpstairsId, request.SessionId);
        if (reason is null)
        {
            try
            {
                _region.ReopenAll();
                if (fence != _region.Fence)
                    _region.Persist(fence);
            }
            catch (IOException error)
            {
                reason = $"the promotion could not be made durable: {error.Message}";
            }
        }

        if (reason is not null)
            End(session, reason);
        return reason is null;
    }

    void DisplaceFor(Session winner, in Promotion request)
    {
        foreach (var session in _sessions.Values.ToList())
        {
            if (session == winner || !session.IsActive || !PromotionRules.Displaces(_region.ReadOnly, session.Identity, request))
                continue;
            if (session.Identity.SessionId != request.SessionId)
                _output.To(session.Connection).Append(request with { Kind = MessageKind.YouAreNoLongerActive });
            End(session, $"session {request.SessionId} took over with generation {request.Generation}");
        }
    }

    void SendVersions(Session session)
    {
        var count = (int)_region.Definition.ExtentCount;
        var (generations, flushes, dirty) = (new ulong[count], new ulong[count], new byte[count]);
        for (var i = 0; i < count; i++)
        {
            var version = _region.VersionOf((uint)i);
            (generations[i], flushes[i], dirty[i]) = (version.Generation, version.FlushNumber, version.Dirty ? (byte)1 : (byte)0);
        }

        _output.To(session.Connection).Append(new ExtentVersions { Generations = generations, FlushNumbers = flushes, DirtyBits = dirty });
    }

    void Resume(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<LastFlush>(frame, out var message))
        {
            End(session, "LastFlush does not decode");
            return;
        }

        if (message.JobId is { } jobId)
            session.Complete(jobId, forgetEarlier: true);
        session.State = NegotiationState.Running;
    }

    void ReceiveRunning(Session session, MessageKind kind, ReadOnlySpan<byte> frame)
    {
        switch (kind)
        {
            case MessageKind.Write or MessageKind.WriteUnwritten or MessageKind.Flush or MessageKind.Barrier or MessageKind.ReadRequest
                or (>= MessageKind.ExtentLiveClose and <= MessageKind.ExtentLiveNoOp):
                ReceiveJob(session, frame);
                break;
            case >= MessageKind.ExtentClose and <= MessageKind.ExtentRepair:
                Reconcile(session, kind, frame);
                break;
            default:
                End(session, $"{kind} is not a request of an active session");
                break;
        }
    }

    void ReceiveJob(Session session, ReadOnlySpan<byte> frame)
    {
        if (!TryReadHead(frame, out var identity, out var dependencies))
            End(session, "a job does not decode");
        else if (MismatchOf(session, identity.UpstairsId, identity.SessionId) is { } expected)
            _output.To(session.Connection).Append(new UuidMismatch(expected));
        else if (session.Admit(dependencies, frame) && Run(session, frame))
            RunReady(session, int.MaxValue);
    }

    // All jobs start alike: who asks, which job, what it depends on.
    static bool TryReadHead(ReadOnlySpan<byte> frame, out JobIdentity identity, out ReadOnlySpan<ulong> dependencies)
    {
        var reader = new FrameReader(frame);
        identity = JobIdentity.Read(ref reader);
        dependencies = reader.ReadNumbers();
        return reader.Ok;
    }

    // False when nothing more may run on this session now.
    bool Run(Session session, ReadOnlySpan<byte> frame)
    {
        var outcome = _runner.Run(session, frame);
        switch (outcome.Kind)
        {
            case JobOutcomeKind.Done:
                return true;
            case JobOutcomeKind.Fetch:
                StartFetch(new PendingFetch(session.Connection, outcome.Identity, 0, outcome.Extent), outcome.Source!);
                return true;
            case JobOutcomeKind.Postponed:
                session.Postpone(frame);
                return false;
            default:
                End(session, outcome.Reason);
                return false;
        }
    }

    void RunReady(Session session, int limit)
    {
        while (limit-- > 0 && session.TryTakeReady(out var frame))
        {
            if (!Run(session, frame))
                return;
        }
    }

    void Reconcile(Session session, MessageKind kind, ReadOnlySpan<byte> frame)
    {
        var (ok, repairId, extent) = (false, 0UL, 0u);
        var source = default(System.Net.IPEndPoint);
        var (generation, flushNumber) = (0UL, 0UL);
        switch (kind)
        {
            case MessageKind.ExtentFlush:
                ok = FrameReader.TryRead<ExtentFlush>(frame, out var flush);
                (repairId, extent, generation, flushNumber) = (flush.RepairId, flush.ExtentId, flush.Generation, flush.FlushNumber);
                break;
            case MessageKind.ExtentRepair:
                ok = FrameReader.TryRead<ExtentRepair>(frame, out var repair);
                (repairId, extent, source) = (repair.RepairId, repair.ExtentId, repair.SourceRepairAddress);
                break;
            default:
                ok = FrameReader.TryRead<ExtentStep>(frame, out var step);
                (repairId, extent) = (step.RepairId, step.ExtentId);
                break;
        }

        if (!ok)
            End(session, $"{kind} does not decode");
        else if (extent >= _region.Definition.ExtentCount)
            Answer(session, repairId, extent, CrucibleError.Of(CrucibleErrorKind.InvalidExtent));
        else if (source is not null)
            StartFetch(new PendingFetch(session.Connection, null, repairId, extent), source);
        else
            Answer(session, repairId, extent, _runner.Step(kind, extent, generation, flushNumber));
    }

    void Answer(Session session, ulong repairId, uint extent, CrucibleError? error)
    {
        if (error is null)
            _output.To(session.Connection).Append(new RepairAckId(repairId));
        else
            _output.To(session.Connection).Append(new ExtentError(repairId, extent, error));
    }

    // A copy over an open extent would change data under readers.
    void StartFetch(PendingFetch fetch, System.Net.IPEndPoint source)
    {
        var token = ++_nextFetch;
        _fetches.Add(token, fetch);
        if (_region.ReadOnly || _region.IsOpen(fetch.Extent))
            FetchFinished(token, CrucibleError.Of(CrucibleErrorKind.RepairRequestError, $"extent {fetch.Extent} is not closed for repair"));
        else
            _output.FetchExtent(token, fetch.Extent, source);
    }

    static Guid? MismatchOf(Session session, Guid upstairsId, Guid sessionId)
    {
        if (upstairsId != session.Identity.UpstairsId)
            return session.Identity.UpstairsId;
        return sessionId != session.Identity.SessionId ? session.Identity.SessionId : null;
    }

    void End(Session session, string reason)
    {
        _sessions.Remove(session.Connection);
        _output.Close(session.Connection, reason);
    }

    readonly record struct PendingFetch(ConnectionId Connection, JobIdentity? Job, ulong RepairId, uint Extent);
}
