using System.Net;
using System.Text.Json;
using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Tests.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Downstairs;

/// <summary>
/// The recorded conversations with the original downstairs, held with ours: the same requests, the same answers. Where ours
/// differs on purpose, the test says so.
/// </summary>
public sealed class TranscriptTests
{
    static readonly RegionDefinition Definition = new(512, 8, 4, Guid.Parse("12345678-3810-3810-3810-00000000da39"), Encrypted: false);

    [Fact]
    public void One_region_through_takeovers_and_refusals()
    {
        var down = new DownstairsHarness(RecordedDefinition());
        Play(down, "happy_path");
        Play(down, "takeover_higher_generation");
        Play(down, "lower_generation_rejected");
        AssertTheHoleIsClosed(down);
        down.Activate("seven", new Promotion(MessageKind.PromoteToActive, Guid.Empty, Guid.Empty, 7));
        Play(down, "equal_generation_other_session");
        foreach (var name in new[] { "version_12_[]", "version_14_[]", "version_14_[13]", "version_12_[11, 13]", "mismatch_ro", "mismatch_enc" })
        {
            Play(down, name);
            Forget(down, name);
        }

        Play(down, "wrong_session_in_io");
        Play(down, "promote_before_here");
        Play(down, "last_flush_resume");
        Assert.Equal(1, down.Core.WaitingJobs);
    }

    [Fact]
    public void Reconciliation_copies_two_extents()
    {
        var downs = Three(region =>
        {
            region.WriteBlock(0, Golden.Filled(512, 0x11));
            region.Flush(5, 1, null);
        }, region =>
        {
            region.WriteBlock(0, Golden.Filled(512, 0x11));
            region.Flush(5, 1, null);
            region.WriteBlock(9, Golden.Filled(512, 0x22));
        }, _ => { });
        Play(downs, "reconciliation_two_extents");
        foreach (var down in downs.Values)
        {
            Assert.Equal(new ExtentVersion(5, 1, false), down.Region.VersionOf(0));
            Assert.Equal(new ExtentVersion(6, 2, false), down.Region.VersionOf(1));
            Assert.Equal(0x11, down.Region.ReadBlock(0).Data[0]);
            Assert.Equal(0x22, down.Region.ReadBlock(9).Data[0]);
        }
    }

    [Fact]
    public void Live_repair_copies_one_extent_and_a_failing_one_ends_the_connection()
    {
        var downs = Three(_ => { }, _ => { }, _ => { });
        var who = new Promotion(
            MessageKind.PromoteToActive,
            Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001"), Guid.Parse("aaaaaaaa-0000-0000-0000-0000000000cb"), 7);
        foreach (var (name, down) in downs)
            down.Activate(name, who);
        foreach (var name in new[] { "ds0", "ds1" })
            WriteBlock(downs[name], name, who, job: 1000, block: 17, value: 0x44);
        Play(downs, "live_repair_one_extent");
        foreach (var down in downs.Values)
        {
            Assert.Equal(0x44, down.Region.ReadBlock(17).Data[0]);
            Assert.Equal(new ExtentVersion(7, 3, false), down.Region.VersionOf(2));
        }

        WriteBlock(downs["ds2"], "ds2", who, job: 1006, block: 0, value: 1, after: 1005);
        Play(downs, "live_repair_failure", CompareErrorKind);
        Assert.Contains("live repair of extent 3 failed", downs["ds2"].ClosedBecause("ds2"));
    }

    [Fact]
    public void A_read_only_region_serves_several_sessions()
    {
        var down = new DownstairsHarness(RecordedDefinition(), readOnly: true, prepare: region =>
        {
            for (var extent = 0UL; extent < 3; extent++)
            {
                region.WriteBlock(extent * 8, Golden.Filled(512, (byte)(0x41 + extent)));
                region.FlushExtent((uint)extent, 5 + extent, 1 + extent);
            }
        });
        Play(down, "read_only");
    }

    static RegionDefinition RecordedDefinition()
    {
        var frame = Lines("happy_path").First(line => line.GetProperty("message").GetString() == "RegionInfo").Hex("frame_hex");
        Assert.True(FrameReader.TryRead<RegionDefinition>(frame, out var definition));
        Assert.Equal(Definition with { Uuid = definition.Uuid }, definition);
        return definition;
    }

    // The original lets generation 2 in after generation 3 was refused, and leaves generation 6 writing. Ours refuses.
    static void AssertTheHoleIsClosed(DownstairsHarness down)
    {
        down.Disconnect("C");
        var lines = Lines("quirk_failed_promotion_clears_active").ToList();
        foreach (var line in lines.Where(line => line.GetProperty("conn").GetString() == "D" && line.GetProperty("dir").GetString() == "up->down"))
            down.Send("D", line.Hex("frame_hex"));
        Assert.Contains("generation 2 is below 6", down.ClosedBecause("D"));
        down.Send("B", lines[^2].Hex("frame_hex"));
        Assert.Equal(lines[^1].Hex("frame_hex"), Assert.Single(down.Answers("B")));
    }

    static void Forget(DownstairsHarness down, string scenario)
    {
        foreach (var connection in Lines(scenario).Select(line => line.GetProperty("conn").GetString()!).Distinct())
            down.Disconnect(connection);
    }

    static Dictionary<string, DownstairsHarness> Three(params Action<Region>[] prepare)
    {
        var downs = new Dictionary<string, DownstairsHarness>();
        for (var i = 0; i < 3; i++)
        {
            var info = Lines("reconciliation_two_extents")
                .First(line => Text(line, "conn") == $"ds{i}" && Text(line, "message") == "RegionInfo").Hex("frame_hex");
            Assert.True(FrameReader.TryRead<RegionDefinition>(info, out var definition));
            var options = new DownstairsOptions { RepairAddress = IPEndPoint.Parse($"127.0.0.1:188{i + 1}0") };
            downs.Add($"ds{i}", new DownstairsHarness(definition, options, prepare: prepare[i]));
        }

        foreach (var down in downs.Values)
        {
            for (var i = 0; i < 3; i++)
                down.Others[IPEndPoint.Parse($"127.0.0.1:188{i + 1}0")] = downs[$"ds{i}"];
        }

        return downs;
    }

    static void WriteBlock(DownstairsHarness down, string connection, Promotion who, ulong job, ulong block, byte value, ulong? after = null)
    {
        var data = Golden.Filled(512, value);
        var contexts = new byte[BlockContext.PlainLength];
        new BlockContext(BlockContext.ComputeHash(null, data), null).Encode(contexts);
        down.Send(connection, new WriteRequest
        {
            Kind = MessageKind.Write,
            Identity = new(who.UpstairsId, who.SessionId, job),
            Dependencies = after is { } id ? [id] : [],
            Start = block,
            ContextCount = 1,
            Contexts = contexts,
            Data = data,
        });
        Assert.Null(down.Answer<JobAck>(connection).Error);
    }

    static void CompareErrorKind(byte[] expected, byte[] actual)
    {
        if (!FrameReader.TryRead<ErrorReport>(expected, out var wanted) || wanted.Error is null)
        {
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(actual));
            return;
        }

        Assert.True(FrameReader.TryRead<ErrorReport>(actual, out var found));
        Assert.Equal((wanted.Identity, wanted.Error.Kind), (found.Identity, found.Error.Kind));
    }

    static IEnumerable<JsonElement> Lines(string scenario) =>
        Golden.Transcripts.GetProperty(scenario).EnumerateArray().Where(line => line.TryGetProperty("dir", out var dir) && dir.ValueKind == JsonValueKind.String && line.TryGetProperty("conn", out _));

    static string Text(JsonElement line, string property) => line.GetProperty(property).GetString()!;

    static void Play(DownstairsHarness down, string scenario) =>
        PlayWith(_ => down, scenario, (expected, actual) => Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(actual)));

    static void Play(Dictionary<string, DownstairsHarness> downs, string scenario, Action<byte[], byte[]>? compare = null) =>
        PlayWith(connection => downs[connection], scenario, compare ?? ((expected, actual) => Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(actual))));

    static void PlayWith(Func<string, DownstairsHarness> downOf, string scenario, Action<byte[], byte[]> compare)
    {
        var answers = new Dictionary<string, Queue<byte[]>>();
        var count = 0;
        foreach (var line in Lines(scenario))
        {
            var connection = Text(line, "conn");
            var down = downOf(connection);
            var queue = answers.TryGetValue(connection, out var found) ? found : answers[connection] = new();
            if (Text(line, "dir") == "up->down")
            {
                down.Send(connection, line.Hex("frame_hex"));
                count++;
                continue;
            }

            foreach (var frame in down.Answers(connection))
                queue.Enqueue(frame);
            if (Text(line, "message") == "(connection closed)")
            {
                Assert.True(down.ClosedBecause(connection) is not null, $"{scenario}: {connection} is still open");
                continue;
            }

            Assert.True(queue.TryDequeue(out var actual), $"{scenario}: no {Text(line, "message")} on {connection}; {down.ClosedBecause(connection)}");
            compare(line.Hex("frame_hex"), actual);
        }

        Assert.True(count > 0);
        Assert.All(answers, pair => Assert.True(pair.Value.Count == 0, $"{scenario}: unexpected answers on {pair.Key}"));
    }
}
