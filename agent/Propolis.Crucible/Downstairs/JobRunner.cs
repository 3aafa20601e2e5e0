using System.Buffers;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>
/// Runs one job against the region and answers it. A failed job is answered with its error and counts as done, where the
/// original tries for ever: the upstairs then faults this replica and repairs it.
/// </summary>
sealed class JobRunner(Region region, DownstairsOptions options, IDownstairsOutput output, ISnapshots snapshots)
{
    static readonly JobOutcome Done = new(JobOutcomeKind.Done);

    public JobOutcome Run(Session session, ReadOnlySpan<byte> frame)
    {
        FrameReader.TryReadKind(frame, out var kind);
        if (Suffers(options.Lossy))
            return new JobOutcome(JobOutcomeKind.Postponed);
        return kind switch
        {
            MessageKind.Write or MessageKind.WriteUnwritten => Write(session, frame),
            MessageKind.ReadRequest => Read(session, frame),
            MessageKind.Flush => Flush(session, frame),
            MessageKind.Barrier or MessageKind.ExtentLiveNoOp => Order(session, frame),
            MessageKind.ExtentLiveFlushClose => FlushClose(session, frame),
            MessageKind.ExtentLiveRepair => Repair(session, frame),
            _ => LiveStep(session, frame),
        };
    }

    /// <summary>Runs a reconciliation step other than the copy.</summary>
    public CrucibleError? Step(MessageKind kind, uint extent, ulong generation, ulong flushNumber) => Guard(() =>
    {
        if (kind == MessageKind.ExtentFlush)
            region.FlushExtent(extent, generation, flushNumber);
        else if (kind == MessageKind.ExtentClose)
            region.Close(extent);
        else
            region.Reopen(extent);
    });

    /// <summary>Makes a fetched extent the extent.</summary>
    public CrucibleError? PutInPlace(uint extent) => region.IsOpen(extent)
        ? CrucibleError.Of(CrucibleErrorKind.RepairStreamError, $"extent {extent} was opened while it was fetched")
        : Guard(() => region.CommitRepair(extent));

    JobOutcome Write(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<WriteRequest>(frame, out var request))
            return Refuse("a write does not decode");
        if (Injects(options.WriteErrors, session, request.Identity))
            return new JobOutcome(JobOutcomeKind.Postponed);
        var error = region.CheckWrite(request);
        if (error?.Kind is CrucibleErrorKind.ModifyingReadOnlyRegion or CrucibleErrorKind.InvalidNumberOfBlocks)
            return Refuse($"a write cannot be served: {error}");
        try
        {
            if (error is null)
                region.Write(request);
        }
        catch (IOException failure)
        {
            error = CrucibleError.Of(CrucibleErrorKind.IoError, failure.Message);
        }

        Acknowledge(session, request.Kind + 1, request.Identity, error);
        return Done;
    }

    JobOutcome Read(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<ReadRequest>(frame, out var request))
            return Refuse("a read does not decode");
        if (Injects(options.ReadErrors, session, request.Identity))
            return new JobOutcome(JobOutcomeKind.Postponed);
        var limit = (ulong)Protocol.MaxFrameLength / (region.Definition.BlockSize + ReadBlockContext.MaxLength);
        if (request.Count >= limit)
            return Refuse($"a read of {request.Count} blocks does not fit a frame");
        if (region.CheckRange(request.Start, request.Count) is { } error)
            Respond(session, new ReadResponse { Identity = request.Identity, Error = error });
        else
            ReadBlocks(session, request);
        session.Complete(request.Identity.JobId, forgetEarlier: false);
        return Done;
    }

    // Data goes from the file straight into the frame that answers.
    void ReadBlocks(Session session, in ReadRequest request)
    {
        var target = output.To(session.Connection);
        var before = target.Length;
        var contexts = ArrayPool<byte>.Shared.Rent((int)request.Count * ReadBlockContext.MaxLength);
        try
        {
            if (region.ReadContexts(request.Start, request.Count, contexts, out var contextLength) is { } error)
            {
                Respond(session, new ReadResponse { Identity = request.Identity, Error = error });
                return;
            }

            var length = (int)request.Count * (int)region.Definition.BlockSize;
            var head = new ReadResponse
            {
                Identity = request.Identity,
                ContextCount = request.Count,
                Contexts = contexts.AsSpan(0, contextLength),
                Room = length,
            };
            region.ReadData(request.Start, target.Append(head, length));
        }
        catch (IOException failure)
        {
            target.Truncate(before);
            Respond(session, new ReadResponse { Identity = request.Identity, Error = CrucibleError.Of(CrucibleErrorKind.IoError, failure.Message) });
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(contexts);
        }
    }

    void Respond(Session session, in ReadResponse response) => output.To(session.Connection).Append(response);

    JobOutcome Flush(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<FlushRequest>(frame, out var request))
            return Refuse("a flush does not decode");
        if (Injects(options.FlushErrors, session, request.Identity))
            return new JobOutcome(JobOutcomeKind.Postponed);
        var (generation, number, limit) = (request.Generation, request.FlushNumber, request.ExtentLimit);
        var error = region.ReadOnly ? null : Guard(() => region.Flush(generation, number, limit));
        if (error is null && request.SnapshotName is { } name)
            Snapshot(session, request.Identity, name);
        output.To(session.Connection).Append(new JobAck(MessageKind.FlushAck, request.Identity, error));
        session.Complete(request.Identity.JobId, forgetEarlier: true);
        return Done;
    }

    // The flush itself succeeded, so its ack is good; the report in front of it says what could not be done.
    void Snapshot(Session session, in JobIdentity identity, string name)
    {
        var error = region.ReadOnly ? CrucibleError.Of(CrucibleErrorKind.ModifyingReadOnlyRegion) : snapshots.Take(region, name);
        if (error is null)
            return;
        output.Log($"snapshot {name} failed: {error}");
        output.To(session.Connection).Append(new ErrorReport(identity, error));
    }

    JobOutcome Order(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<OrderingJob>(frame, out var job))
            return Refuse("an ordering job does not decode");
        var barrier = job.Kind == MessageKind.Barrier;
        output.To(session.Connection).Append(new JobAck(barrier ? MessageKind.BarrierAck : MessageKind.ExtentLiveAckId, job.Identity, null));
        session.Complete(job.Identity.JobId, forgetEarlier: barrier);
        return Done;
    }

    JobOutcome LiveStep(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<LiveExtentStep>(frame, out var job))
            return Refuse("a live-repair job does not decode");
        if (job.Kind == MessageKind.ExtentLiveClose)
        {
            CloseAndAnswer(session, job.Identity, job.ExtentId, null);
            return Done;
        }

        var extent = job.ExtentId;
        var error = Exists(extent) ?? Guard(() => region.Reopen(extent));
        Acknowledge(session, MessageKind.ExtentLiveAckId, job.Identity, error);
        return Done;
    }

    JobOutcome FlushClose(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<ExtentLiveFlushClose>(frame, out var job))
            return Refuse("a live-repair close does not decode");
        CloseAndAnswer(session, job.Identity, job.ExtentId, (job.Generation, job.FlushNumber));
        return Done;
    }

    void CloseAndAnswer(Session session, JobIdentity identity, uint extent, (ulong Generation, ulong Number)? flush)
    {
        ExtentVersion version = default;
        var error = Exists(extent) ?? Guard(() =>
        {
            region.Reopen(extent);
            if (flush is { } numbers)
                region.FlushExtent(extent, numbers.Generation, numbers.Number);
            version = region.VersionOf(extent);
            region.Close(extent);
        });
        output.To(session.Connection).Append(new ExtentLiveCloseAck(identity, version, error));
        session.Complete(identity.JobId, forgetEarlier: false);
    }

    JobOutcome Repair(Session session, ReadOnlySpan<byte> frame)
    {
        if (!FrameReader.TryRead<ExtentLiveRepair>(frame, out var job))
            return Refuse("a live repair does not decode");
        if (Exists(job.ExtentId) is not { } error)
            return new JobOutcome(JobOutcomeKind.Fetch) { Identity = job.Identity, Extent = job.ExtentId, Source = job.SourceRepairAddress };
        Acknowledge(session, MessageKind.ExtentLiveRepairAckId, job.Identity, error);
        return Done;
    }

    void Acknowledge(Session session, MessageKind kind, in JobIdentity identity, CrucibleError? error)
    {
        if (error is not null)
            output.Log($"job {identity.JobId} failed: {error}");
        output.To(session.Connection).Append(new JobAck(kind, identity, error));
        session.Complete(identity.JobId, forgetEarlier: false);
    }

    CrucibleError? Exists(uint extent) =>
        extent < region.Definition.ExtentCount ? null : CrucibleError.Of(CrucibleErrorKind.InvalidExtent);

    static CrucibleError? Guard(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (IOException failure)
        {
            return CrucibleError.Of(CrucibleErrorKind.IoError, failure.Message);
        }
    }

    bool Injects(bool enabled, Session session, in JobIdentity identity)
    {
        var injects = Suffers(enabled);
        if (injects)
            output.To(session.Connection).Append(new ErrorReport(identity, CrucibleError.Of(CrucibleErrorKind.GenericError, "test error")));
        return injects;
    }

    bool Suffers(bool enabled) => enabled && options.Random.Next(4) == 0;

    static JobOutcome Refuse(string reason) => new(JobOutcomeKind.Refused) { Reason = reason };
}
