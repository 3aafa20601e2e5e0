using System.Net;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Migration.Wire;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>Whole machines whose other side does not keep to the protocol.</summary>
public sealed class HostilePeerTests : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly Guid Migration = new(9, 0, 0, new byte[8]);

    readonly MigrationListener _listener = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly CancellationTokenSource _limit = new(Limit);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _limit.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_target_survives_a_source_that_sends_anything(int seed)
    {
        var random = new Random(seed);
        await using var model = new TinyMachine(TinyPrograms.Count);
        var (source, target) = await MeetAsync(2);
        using var ours = source;
        await ours.Control.SendAsync(ControlType.Offer, writer => OfferCodec.Write(writer, Offer(model)), _limit.Token);
        var arrival = await MigrationTarget.OpenAsync(target, new MigrationTargetOptions(), _limit.Token);
        await using var machine = new TinyMachine(TinyPrograms.Count, arrival: arrival);
        await ours.Control.ExpectAsync(ControlType.Accept, _limit.Token);

        await MisbehaveAsync(ours, random, good: seed % 2 == 0 ? 1 : 0);

        Assert.Equal(MachineOutcomeKind.Failed, (await machine.OutcomeAsync()).Kind);
        Assert.False((await arrival.Ended.WaitAsync(Limit)).HasMoved);
    }

    [Theory]
    [InlineData((int)ControlType.Ready)]
    [InlineData((int)ControlType.PassDone)]
    [InlineData((int)ControlType.Running)]
    [InlineData((int)ControlType.Final)]
    public async Task A_source_keeps_its_guest_when_the_target_speaks_out_of_turn(int type)
    {
        await using var machine = new TinyMachine(TinyPrograms.Count);
        await machine.PrintedAsync(text => text.Contains('c'));
        var (migration, link) = await DepartAsync(machine);
        using var theirs = link;
        await theirs.Control.ExpectAsync(ControlType.Offer, _limit.Token);
        await theirs.Control.SendAsync((ControlType)type, writer => writer.Write(99), _limit.Token);

        var result = await migration.Ended.WaitAsync(Limit);

        Assert.False(result.HasMoved);
        Assert.Contains("where Accept belongs", result.Reason);
        await AssertRunsOnAsync(machine);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_keeps_its_guest_when_the_target_is_gone_in_the_middle(bool afterAccept)
    {
        await using var machine = new TinyMachine(TinyPrograms.Count);
        await machine.PrintedAsync(text => text.Contains('c'));
        var (migration, link) = await DepartAsync(machine);
        await link.Control.ExpectAsync(ControlType.Offer, _limit.Token);
        if (afterAccept) await link.Control.SendAsync(ControlType.Accept, Array.Empty<byte>(), _limit.Token);
        link.Dispose();

        var result = await migration.Ended.WaitAsync(Limit);

        Assert.Contains("broke", result.Reason);
        await AssertRunsOnAsync(machine);
    }

    [Fact]
    public async Task A_target_that_vanishes_after_the_last_byte_leaves_the_decision_to_the_decider()
    {
        var decision = new TestDecision();
        await using var machine = new TinyMachine(TinyPrograms.Count);
        await machine.PrintedAsync(text => text.Contains('c'));
        var (migration, link) = await DepartAsync(machine, decision);
        await SwallowAsync(link);
        link.Dispose();
        await decision.AskedAsync(MigrationSide.Source);
        var stood = machine.Console.Output.End;

        Assert.Equal(TargetReadiness.Unknown, decision.Questions[0].Target);
        Assert.False(migration.Ended.IsCompleted);
        Assert.Equal(stood, machine.Console.Output.End);
        decision.Verdict = MigrationVerdict.Abort;

        Assert.False((await migration.Ended.WaitAsync(Limit)).HasMoved);
        await AssertRunsOnAsync(machine);
    }

    static MigrationOffer Offer(TinyMachine model) => new() { Name = "x", Spec = default, SpecFingerprint = "", Facts = MachineFacts.Of(model.Body, new StateRegistry()) };

    /// <summary>Takes everything up to Final, as a target that never says that it is ready.</summary>
    async Task SwallowAsync(MigrationLink link)
    {
        await link.Control.ExpectAsync(ControlType.Offer, _limit.Token);
        await link.Control.SendAsync(ControlType.Accept, Array.Empty<byte>(), _limit.Token);
        using var memory = new Memory.TestMemory(16 << 20);
        memory.Add(0xffff0000, 0x10000, Vmm.Memory.MemoryKind.Rom);
        var receiver = new PageReceiver(link.Memory[0], memory.Guest);
        for (var pass = 1; ; pass++)
        {
            var end = await receiver.ReceivePassAsync(pass, new MigrationCounters(), _limit.Token);
            await link.Control.SendAsync(ControlType.PassDone, writer => writer.Write(pass), _limit.Token);
            if (end.Type == PageFrameType.LastPassEnd) break;
        }
        while ((await link.Control.ReceiveAsync(_limit.Token)).Type != ControlType.Final)
        {
        }
    }

    /// <summary>Some passes as they should be, then noise on every connection, then nothing.</summary>
    async Task MisbehaveAsync(MigrationLink link, Random random, int good)
    {
        for (var pass = 1; pass <= good; pass++)
        {
            foreach (var stream in link.Memory) await stream.WriteAsync(Frame(PageFrameType.PassEnd, 0, 0, pass), _limit.Token);
            await link.Control.ExpectAsync(ControlType.PassDone, _limit.Token);
        }
        try
        {
            for (var i = 0; i < 50; i++)
            {
                var type = (PageFrameType)random.Next(1, 6);
                await link.Memory[random.Next(link.Memory.Count)].WriteAsync(Frame(type, (ulong)random.Next(5000) * 4096, random.Next(0, 3), good + 1), _limit.Token);
                if (random.Next(10) == 0) await link.Control.SendAsync((ControlType)random.Next(1, 12), writer => writer.Write(random.Next()), _limit.Token);
            }
        }
        catch (Exception closed) when (closed is IOException or MigrationException)
        {
            // The target has had enough.
        }
        link.Dispose();
    }

    static byte[] Frame(PageFrameType type, ulong address, int pages, int pass)
    {
        var isEnd = type is PageFrameType.PassEnd or PageFrameType.LastPassEnd;
        var length = type switch { PageFrameType.Raw => pages * 4096, PageFrameType.Lz4 => 33, _ => 0 };
        var bytes = new byte[PageFrame.HeadLength + length];
        new PageFrame(type, length, isEnd ? 0 : address, isEnd ? 0 : pages, pass).Write(bytes);
        return bytes;
    }

    async Task<(MigrationLink Dialed, MigrationLink Accepted)> MeetAsync(int streams)
    {
        var accepting = _listener.AcceptAsync(Migration, _limit.Token);
        var dialed = await MigrationLink.ConnectAsync(_listener.Address, Migration, streams, null, _limit.Token);
        return (dialed, await accepting);
    }

    async Task<(MigrationSource Migration, MigrationLink Target)> DepartAsync(TinyMachine machine, IMigrationDecision? decision = null)
    {
        var accepting = _listener.AcceptAsync(Migration, _limit.Token);
        var migration = new MigrationSource(machine.Body, new MigrationSourceOptions
        {
            Migration = Migration,
            Connect = token => MigrationLink.ConnectAsync(_listener.Address, Migration, 1, null, token),
            Decision = decision ?? new SourceDecides(),
            Name = "tiny",
        });
        machine.Ask(new MachineRequest(MachineRequestKind.MigrateAsSource) { Departure = migration });
        return (migration, await accepting);
    }

    static async Task AssertRunsOnAsync(TinyMachine machine)
    {
        var now = machine.Console.Output.End;
        await machine.PrintedAsync(text => text.Length > now + 2 || machine.Console.Output.End > now + 2);
        Assert.False(machine.Ended.IsCompleted);
    }
}
