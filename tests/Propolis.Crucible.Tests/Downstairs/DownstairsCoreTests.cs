using System.Net;
using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Downstairs;

public sealed class DownstairsCoreTests
{
    static readonly RegionDefinition Definition = new(512, 8, 4, Guid.Empty, Encrypted: false);
    static readonly Guid Volume = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001");

    [Fact]
    public void Highest_generation_holds_over_disconnects_and_restarts()
    {
        var down = new DownstairsHarness(Definition);
        down.Activate("five", Session(1, 5));
        down.Activate("three", Session(2, 3));
        Assert.Contains("generation 3 is below 5", down.ClosedBecause("three"));
        down.Disconnect("three");
        down.Activate("again", Session(2, 3));
        Assert.NotNull(down.ClosedBecause("again"));
        down.Disconnect("five");
        down.Activate("later", Session(2, 3));
        Assert.NotNull(down.ClosedBecause("later"));
        down.Restart(new Random(3));
        down.Activate("restarted", Session(2, 3));
        Assert.NotNull(down.ClosedBecause("restarted"));
        down.Activate("other", Session(3, 5));
        Assert.Contains("generation 5 belongs to session", down.ClosedBecause("other"));
        down.Activate("same", Session(1, 5));
        Assert.Null(down.ClosedBecause("same"));
        Assert.Equal(1, down.Core.ActiveSessions);
    }

    [Fact]
    public void Only_its_own_connection_ends_a_session()
    {
        var down = new DownstairsHarness(Definition);
        down.Activate("active", Session(1, 5));
        down.Send("visitor", Hello(Session(9, 1)));
        down.Disconnect("visitor");
        Assert.Equal(1, down.Core.ActiveSessions);
        down.Disconnect("active");
        Assert.Equal(0, down.Core.ActiveSessions);
    }

    [Fact]
    public void A_session_that_reconnects_replaces_its_old_connection_without_being_told_it_lost()
    {
        var down = new DownstairsHarness(Definition);
        down.Activate("old", Session(1, 5));
        down.Activate("new", Session(1, 5));
        Assert.NotNull(down.ClosedBecause("old"));
        Assert.Empty(down.Answers("old"));
        Assert.Equal(1, down.Core.ActiveSessions);
    }

    [Fact]
    public void A_wrong_hash_is_answered_and_the_downstairs_goes_on()
    {
        var down = Active();
        Write(down, 1000, 0, new BlockContext(77, null));
        Assert.Equal(CrucibleErrorKind.HashMismatch, down.Answer<JobAck>("A").Error!.Kind);
        Write(down, 1001, 0);
        Assert.Null(down.Answer<JobAck>("A").Error);
    }

    [Fact]
    public void Requests_past_the_end_are_answered_with_an_error()
    {
        var down = Active();
        Write(down, 1000, 32);
        Assert.Equal(CrucibleErrorKind.OffsetInvalid, down.Answer<JobAck>("A").Error!.Kind);
        down.Send("A", new ReadRequest { Identity = Job(1001), Start = 31, Count = 2 });
        AssertReadError(down, CrucibleErrorKind.OffsetInvalid);
        down.Send("A", new ReadRequest { Identity = Job(1002), Start = ulong.MaxValue, Count = 1 });
        AssertReadError(down, CrucibleErrorKind.OffsetInvalid);
        Assert.Null(down.ClosedBecause("A"));
    }

    [Fact]
    public void Requests_to_a_closed_extent_are_answered_with_an_error()
    {
        var down = Active();
        down.Send("A", new LiveExtentStep { Kind = MessageKind.ExtentLiveClose, Identity = Job(1000), ExtentId = 0 });
        down.Answers("A");
        Write(down, 1001, 0);
        Assert.Equal(CrucibleErrorKind.InvalidExtent, down.Answer<JobAck>("A").Error!.Kind);
        down.Send("A", new LiveExtentStep { Kind = MessageKind.ExtentLiveReopen, Identity = Job(1002), ExtentId = 9 });
        Assert.Equal(CrucibleErrorKind.InvalidExtent, down.Answer<JobAck>("A").Error!.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("08000000")]
    [InlineData("08000000ffffffff")]
    [InlineData("0c0000001e00000000000000")]
    public void Garbage_ends_its_own_connection_only(string hex)
    {
        var down = Active();
        down.Activate("B", Session(2, 6));
        down.Send("garbage", Convert.FromHexString(hex));
        down.Send("B", Convert.FromHexString(hex));
        Assert.NotNull(down.ClosedBecause("B"));
        down.Activate("C", Session(3, 7));
        Assert.Null(down.ClosedBecause("C"));
    }

    [Fact]
    public void Random_frames_never_throw()
    {
        var random = new Random(5);
        var recorded = Golden.Transcripts.EnumerateObject().SelectMany(s => s.Value.EnumerateArray())
            .Where(line => line.TryGetProperty("frame_hex", out var hex) && hex.GetString() is not null).Select(line => line.Hex("frame_hex")).ToList();
        for (var round = 0; round < 60; round++)
        {
            var down = Active();
            for (var step = 0; step < 60; step++)
            {
                var frame = (byte[])recorded[random.Next(recorded.Count)].Clone();
                for (var damage = random.Next(4); damage > 0; damage--)
                    frame[random.Next(4, frame.Length)] = (byte)random.Next(256);
                down.Send(random.Next(3) == 0 ? "other" : "A", frame);
            }
        }
    }

    [Fact]
    public void Jobs_run_when_everything_they_depend_on_is_done()
    {
        var down = Active();
        Write(down, 1002, 2, after: [1000, 1001]);
        Write(down, 1001, 1, after: [1000]);
        Assert.Empty(down.Answers("A"));
        Assert.Equal(2, down.Core.WaitingJobs);
        Write(down, 1000, 0);
        var order = down.Answers("A").Select(frame => FrameReader.TryRead<JobAck>(frame, out var ack) ? ack.Identity.JobId : 0);
        Assert.Equal([1000, 1001, 1002], order);
        Assert.Equal(0, down.Core.WaitingJobs);
    }

    [Fact]
    public void A_flush_lets_earlier_jobs_be_forgotten()
    {
        var down = Active();
        Write(down, 1000, 0);
        down.Send("A", new FlushRequest { Identity = Job(1001), Dependencies = [1000], FlushNumber = 1, Generation = 5 });
        down.Answers("A");
        Write(down, 1002, 0, after: [1000]);
        Assert.Empty(down.Answers("A"));
        Write(down, 1003, 0, after: [1001]);
        Assert.Single(down.Answers("A"));
    }

    [Fact]
    public void A_snapshot_that_fails_is_reported_and_the_flush_still_counts()
    {
        var down = Active();
        down.SnapshotError = CrucibleError.Of(CrucibleErrorKind.SnapshotFailed, "no");
        Write(down, 1000, 0);
        down.Answers("A");
        down.Send("A", new FlushRequest { Identity = Job(1001), FlushNumber = 1, Generation = 5, SnapshotName = "s1" });
        var frames = down.Answers("A");
        Assert.True(FrameReader.TryRead<ErrorReport>(frames[0], out var report));
        Assert.Equal((1001UL, CrucibleErrorKind.SnapshotFailed), (report.Identity.JobId, report.Error.Kind));
        Assert.True(FrameReader.TryRead<JobAck>(frames[1], out var ack));
        Assert.Null(ack.Error);
        Assert.Equal(new ExtentVersion(5, 1, false), down.Region.VersionOf(0));
    }

    [Fact]
    public void A_silent_connection_is_closed_after_its_limit()
    {
        var down = Active();
        down.Core.Tick(TimeSpan.FromSeconds(44));
        down.Send("A", MessageKind.Ruok);
        down.Core.Tick(TimeSpan.FromSeconds(88));
        Assert.Null(down.ClosedBecause("A"));
        down.Core.Tick(TimeSpan.FromSeconds(89));
        Assert.Contains("nothing was heard for 45 s", down.ClosedBecause("A"));
    }

    [Fact]
    public void A_copy_over_an_open_extent_is_refused()
    {
        var down = Active();
        down.Send("A", new ExtentRepair { RepairId = 4, ExtentId = 1, SourceRepairAddress = new IPEndPoint(IPAddress.Loopback, 1), Destinations = [0] });
        Assert.Equal(CrucibleErrorKind.RepairRequestError, down.Answer<ExtentError>("A").Error.Kind);
    }

    [Fact]
    public void Lossy_and_failing_downstairs_answer_every_job_in_the_end()
    {
        var down = new DownstairsHarness(Definition, new DownstairsOptions
        {
            RepairAddress = new IPEndPoint(IPAddress.Loopback, 1),
            Lossy = true,
            WriteErrors = true,
            Random = new Random(4),
        });
        down.Activate("A", Session(1, 5));
        for (ulong job = 0; job < 30; job++)
            Write(down, 1000 + job, job, after: job == 0 ? [] : [999 + job]);
        var (acks, reports) = (0, 0);
        for (var second = 1; second < 400 && acks < 30; second++)
        {
            down.Send("A", MessageKind.Ruok);
            down.Core.Tick(TimeSpan.FromSeconds(second));
            foreach (var frame in down.Answers("A"))
            {
                FrameReader.TryReadKind(frame, out var kind);
                acks += kind == MessageKind.WriteAck ? 1 : 0;
                reports += kind == MessageKind.ErrorReport ? 1 : 0;
            }
        }

        Assert.Equal(30, acks);
        Assert.True(reports > 0);
    }

    static DownstairsHarness Active()
    {
        var down = new DownstairsHarness(Definition);
        down.Activate("A", Session(1, 5));
        return down;
    }

    static Promotion Session(byte id, ulong generation) =>
        new(MessageKind.PromoteToActive, Volume, new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, id), generation);

    static JobIdentity Job(ulong id) => new(Volume, Session(1, 5).SessionId, id);

    static HereIAm Hello(Promotion who) => new()
    {
        Version = Protocol.Version,
        UpstairsId = who.UpstairsId,
        SessionId = who.SessionId,
        Generation = who.Generation,
    };

    static void AssertReadError(DownstairsHarness down, CrucibleErrorKind kind)
    {
        Assert.True(FrameReader.TryRead<ReadResponse>(Assert.Single(down.Answers("A")), out var response));
        Assert.Equal(kind, response.Error!.Kind);
        Assert.Equal(0, response.Data.Length);
    }

    static void Write(DownstairsHarness down, ulong job, ulong block, BlockContext? context = null, ulong[]? after = null)
    {
        var data = Golden.Filled(512, (byte)job);
        var contexts = new byte[BlockContext.EncryptedLength];
        var length = (context ?? new BlockContext(BlockContext.ComputeHash(null, data), null)).Encode(contexts);
        down.Send("A", new WriteRequest
        {
            Kind = MessageKind.Write,
            Identity = Job(job),
            Dependencies = after,
            Start = block,
            ContextCount = 1,
            Contexts = contexts.AsSpan(0, length),
            Data = data,
        });
    }
}
