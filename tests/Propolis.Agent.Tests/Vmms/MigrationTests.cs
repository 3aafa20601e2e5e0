using System.Collections.Concurrent;
using Propolis.Agent.Servers;
using Propolis.Agent.Tests.Fakes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Tests.Vmms;

/// <summary>The rules of <see cref="AgentRoutes"/> about live migration, over servers in memory.</summary>
public sealed class MigrationTests : IDisposable
{
    static readonly MigrationId Move = EntityId.Parse<MigrationId>("mig-one");
    static readonly Guid Id = EnsureRules.UuidOf(Move.Value, MigrationId.Prefix);
    static readonly VmmMigrateRequest Order = new() { Migration = Move, TargetAddress = "127.0.0.1:7777", Policy = new MigrationPolicy() };

    readonly TestSled _sled = new();
    readonly ConcurrentQueue<MigrationQuestion> _asked = [];
    readonly ConcurrentQueue<MigrationReport> _reported = [];
    volatile MigrationAnswer? _answer = new() { Verdict = MigrationVerdict.Undecided };

    public MigrationTests() => _sled.Ask = (key, method, argument) =>
    {
        Assert.Equal("mig-one", key);
        if (method == "ReportAsync")
            _reported.Enqueue((MigrationReport)argument!);
        else
            _asked.Enqueue((MigrationQuestion)argument!);
        return method == "ReportAsync" ? null : _answer ?? throw new GrainCallException("silence");
    };

    public void Dispose() => _sled.Dispose();

    [Fact]
    public async Task A_target_waits_with_its_address_and_starts_no_guest()
    {
        var status = await TargetAsync();

        Assert.Equal($"127.0.0.1:{Server.How.MigrationPort}", status.MigrationAddress);
        Assert.Equal(Id, Server.Received!.MigrationId);
        Assert.Equal(InstanceState.Creating, Server.Vm.State);
    }

    [Fact]
    public async Task A_target_asks_only_when_it_is_ready_and_runs_by_the_decision()
    {
        await TargetAsync();
        Server.Migration = Status(MigrationSide.Target, TargetReadiness.Unknown);
        Server.Migration = Status(MigrationSide.Target, TargetReadiness.Ready);
        await Until.TrueAsync(() => _asked.Count > 2, () => $"{_asked.Count} questions");
        Assert.All(_asked, question => Assert.Equal((MigrationSide.Target, TargetReadiness.Ready, 2), (question.Side, question.Target, question.Incarnation)));
        Assert.Empty(Server.Decisions);

        _answer = new MigrationAnswer { Verdict = MigrationVerdict.Commit };
        await Until.TrueAsync(() => !Server.Decisions.IsEmpty, () => "not told");
        Assert.Equal((Id, MigrationVerdict.Commit), (Server.Decisions.First().MigrationId, Server.Decisions.First().Verdict));
        Server.Vm.Publish(InstanceState.Running);
        Assert.Null((await _sled.WaitAsync(2, VmmState.Running)).MigrationAddress);
    }

    [Fact]
    public async Task A_target_whose_guest_runs_tells_what_was_measured_until_it_is_heard()
    {
        await TargetAsync();
        var silences = 0;
        var ask = _sled.Ask;
        _sled.Ask = (key, method, argument) => method == "ReportAsync" && Interlocked.Increment(ref silences) < 3 ? throw new GrainCallException("silence") : ask(key, method, argument);
        Server.Migration = Status(MigrationSide.Target, null) with { HasMoved = true, Progress = new MigrationProgress { Step = "moved", DowntimeMs = 371, TotalMs = 5000 } };
        await Until.TrueAsync(() => !_reported.IsEmpty, () => "nothing reported");
        Assert.Equal((MigrationSide.Target, 2, 371), (_reported.First().Side, _reported.First().Incarnation, _reported.First().Progress!.DowntimeMs!.Value));
    }

    [Fact]
    public async Task A_source_sends_once_and_stays_migrating_while_silos_are_silent()
    {
        await SourceAsync();
        Assert.Equal(VmmOutcome.Done, (await _sled.Vmms.SendAsync(Requests.Key(1), Order, default)).Outcome);
        Assert.Equal("127.0.0.1:7777", Server.Sent.First().TargetAddress);

        _answer = null;
        Server.Migration = Status(MigrationSide.Source, TargetReadiness.Unknown, "the connection broke");
        Server.Vm.Publish(InstanceState.Migrating);
        await Until.TrueAsync(() => _asked.Count > 2, () => $"{_asked.Count} questions");
        Assert.Equal(VmmState.Migrating, (await _sled.Vmms.GetAsync(Requests.Key(1))).Status.State);
        Assert.Empty(Server.Decisions);
        Assert.False(Server.WasKilled);
    }

    [Fact]
    public async Task A_source_whose_guest_has_moved_is_stopped()
    {
        await SourceAsync();
        _answer = new MigrationAnswer { Verdict = MigrationVerdict.Commit };
        Server.Migration = Status(MigrationSide.Source, TargetReadiness.Ready);
        await Until.TrueAsync(() => !Server.Decisions.IsEmpty, () => "not told");
        Server.Vm.Publish(InstanceState.Destroyed);
        Assert.Null((await _sled.WaitAsync(1, VmmState.Stopped)).Reason);
    }

    [Fact]
    public async Task A_source_that_fails_before_its_guest_stood_still_reports_it_and_can_send_again()
    {
        await SourceAsync();
        Server.Migration = Status(MigrationSide.Source, null) with { HasMoved = false, Reason = "the target hung up" };
        await Until.TrueAsync(() => _reported.Any(report => report.Failure == "the target hung up"), () => $"{_reported.Count} reports");
        await Until.TrueAsync(() => _sled.Vmms.Find(Requests.Key(1))!.Record.Sending is null, () => "still sending");
        Assert.Equal(VmmState.Running, (await _sled.Vmms.GetAsync(Requests.Key(1))).Status.State);
        Assert.Equal(VmmOutcome.Done, (await _sled.Vmms.SendAsync(Requests.Key(1), Order, default)).Outcome);
    }

    [Fact]
    public async Task An_abort_tells_the_source_its_fresh_backends()
    {
        await SourceAsync();
        _answer = new MigrationAnswer { Verdict = MigrationVerdict.Abort, Backends = Requests.Small().Spec.Components };
        Server.Migration = Status(MigrationSide.Source, TargetReadiness.Refused, "no memory");
        await Until.TrueAsync(() => !Server.Decisions.IsEmpty, () => "not told");
        Assert.Equal((MigrationVerdict.Abort, false), (Server.Decisions.First().Verdict, Server.Decisions.First().Backends is null));
        Assert.Equal("no memory", _asked.First().Reason);
    }

    [Fact]
    public async Task A_restarted_agent_asks_on_for_both_sides()
    {
        await SourceAsync();
        Server.Migration = Status(MigrationSide.Source, TargetReadiness.Unknown);
        await Until.TrueAsync(() => !_asked.IsEmpty, () => "nothing asked");
        _sled.Restart();
        _answer = new MigrationAnswer { Verdict = MigrationVerdict.Commit };
        await Until.TrueAsync(() => !Server.Decisions.IsEmpty, () => "not told");
    }

    [Fact]
    public async Task What_does_not_run_its_guest_is_not_sent()
    {
        Assert.Equal(VmmOutcome.Refused, (await _sled.Vmms.SendAsync(Requests.Key(1), Order, default)).Outcome);
        await TargetAsync();
        var reply = await _sled.Vmms.SendAsync(Requests.Key(2), Order, default);
        Assert.Equal(VmmOutcome.Refused, reply.Outcome);
        Assert.Contains("migrating", reply.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_does_not_end_its_source_on_the_same_sled()
    {
        await _sled.RunAsync(1);
        await _sled.Vmms.EnsureAsync(Requests.Key(2), Target);
        await _sled.WaitAsync(2, VmmState.Migrating);
        Assert.Equal(VmmState.Running, (await _sled.Vmms.GetAsync(Requests.Key(1))).Status.State);
    }

    [Fact]
    public async Task Stopping_to_send_is_passed_on_and_nothing_otherwise()
    {
        await SourceAsync();
        await _sled.Vmms.CancelSendingAsync(Requests.Key(1), default);
        Assert.True(Server.WasCancelled);
        Assert.Equal(VmmState.Absent, (await _sled.Vmms.CancelSendingAsync(Requests.Key(9), default)).Status.State);
    }

    FakeServers.Server Server => _sled.Servers.Only;

    static VmmEnsureRequest Target => Requests.Small() with { Source = new VmmMigrationSource { Migration = Move, Incarnation = 1 } };

    async Task<VmmStatus> TargetAsync()
    {
        await _sled.Vmms.EnsureAsync(Requests.Key(2), Target);
        return await _sled.WaitAsync(2, VmmState.Migrating);
    }

    async Task SourceAsync()
    {
        await _sled.RunAsync(1);
        Assert.Equal(VmmOutcome.Done, (await _sled.Vmms.SendAsync(Requests.Key(1), Order, default)).Outcome);
    }

    static MigrationStatus Status(MigrationSide side, TargetReadiness? wait, string? reason = null) => new()
    {
        Gen = 1,
        MigrationId = Id,
        Side = side,
        Progress = new MigrationProgress { Step = "pre-copy" },
        Wait = wait is { } target ? new MigrationWait { Target = target, Reason = reason } : null,
    };
}
