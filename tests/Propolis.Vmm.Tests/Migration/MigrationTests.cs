using Iced.Intel;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>Two machines in this process, real connections between them.</summary>
public sealed class MigrationTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_guest_goes_on_where_it_was_and_its_serial_history_follows()
    {
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var migration = await pair.BeginAsync();

        var result = await MigrationPair.EndAsync(migration);
        Assert.True(result.HasMoved, result.Reason);
        var arrived = await pair.ArrivedAsync();
        Assert.True(arrived.HasMoved);
        var gone = pair.Source.Console.Output.End;
        var text = await pair.Target!.PrintedAsync(printed => printed.Length >= gone + 30);
        AssertAlphabet(text);
        Assert.Equal(MachineOutcomeKind.MigratedOut, (await pair.Source.OutcomeAsync()).Kind);
        Assert.Equal(MachineState.Destroyed, pair.Source.Driver.Status.Current.State);
        Assert.Equal(MachineState.Running, pair.Target.Driver.Status.Current.State);
        Assert.True(arrived.Last.Downtime > TimeSpan.Zero && arrived.Last.Downtime < arrived.Last.Total, $"{arrived.Last}");
        Assert.True(result.Last.Downtime > TimeSpan.Zero && result.Last.Downtime < result.Last.Total, $"{result.Last}");
        Assert.Equal(result.Last.WireBytes, arrived.Last.WireBytes);
    }

    [Fact]
    public async Task Both_sides_count_the_time_that_the_decision_takes_as_downtime()
    {
        var decision = new TestDecision();
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision);
        await Task.WhenAll(decision.AskedAsync(MigrationSide.Source), decision.AskedAsync(MigrationSide.Target));
        var bothStand = TimeProvider.System.GetTimestamp();
        await WaitForAsync(() => TimeProvider.System.GetElapsedTime(bothStand) > TimeSpan.FromMilliseconds(300));
        var stood = TimeProvider.System.GetElapsedTime(bothStand);
        decision.Verdict = MigrationVerdict.Commit;

        var (left, arrived) = (await MigrationPair.EndAsync(migration), await pair.ArrivedAsync());
        Assert.True(left.Last.Downtime >= stood, $"the source says {left.Last.Downtime} of {stood}");
        Assert.True(arrived.Last.Downtime >= stood, $"the target says {arrived.Last.Downtime} of {stood}");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public async Task No_write_of_a_busy_guest_is_lost_on_the_way_there_and_back(int streams, bool compress)
    {
        await using var pair = new MigrationPair(TinyPrograms.CountInPages, vcpus: 2);
        await pair.Source.PrintedAsync(text => text.Length > 2);
        for (var move = 0; move < 3; move++)
        {
            // No downtime is promised that a guest on a busy host could not keep.
            var policy = new MigrationPolicy { Compress = compress, MaxPasses = 4, DowntimeBudget = TimeSpan.FromMilliseconds(1) };
            var migration = await pair.BeginAsync(policy: policy, streams: streams, vcpus: 2);
            var result = await MigrationPair.EndAsync(migration);
            Assert.True(result.HasMoved, result.Reason);
            var length = pair.Source.Console.Output.End;
            var text = await pair.Target!.PrintedAsync(printed => printed.Length > length + 2 || printed.Contains('!'));
            Assert.DoesNotContain('!', text);
            pair.Turn();
        }
    }

    [Fact]
    public async Task A_guest_that_does_not_converge_is_slowed_down_and_refused_as_asked()
    {
        await using var pair = new MigrationPair(TinyPrograms.CountInPages);
        await pair.Source.PrintedAsync(text => text.Length > 2);

        var policy = new MigrationPolicy { MaxPasses = 5, DowntimeBudget = TimeSpan.Zero, WhenStuck = StuckPolicy.Refuse, MaxBytesPerSecond = 4_000_000 };
        var migration = await pair.BeginAsync(policy: policy);

        var result = await MigrationPair.EndAsync(migration);
        Assert.False(result.HasMoved);
        Assert.Contains("after 5 passes", result.Reason);
        lock (pair.Progress) Assert.Contains(pair.Progress, p => p.ThrottlePercent > 0);
        Assert.Equal(MachineOutcomeKind.Failed, (await pair.Target!.OutcomeAsync()).Kind);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task Zero_pages_cost_nothing()
    {
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync());

        Assert.True(result.HasMoved, result.Reason);
        Assert.InRange(result.Last.ZeroPages, 4000, 5000);
        Assert.InRange(result.Last.WireBytes, 4096, 2 << 20);
    }

    [Fact]
    public async Task A_guest_that_does_not_fit_is_refused_before_any_page_and_runs_on()
    {
        await using var pair = new MigrationPair(TinyPrograms.Count, vcpus: 2);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync(vcpus: 1, devices: [new DeviceSpec.MigrationFailures("injector", 0, 0)]));

        Assert.False(result.HasMoved);
        Assert.Contains("the guest has 2 vCPUs, the target's machine 1", result.Reason);
        Assert.Contains("'injector', which the guest does not have", result.Reason);
        Assert.Equal(0, result.Last.Pages);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task Another_spec_is_refused_at_the_offer()
    {
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var refused = await Assert.ThrowsAsync<MigrationException>(() => pair.BeginAsync(expected: "another print"));

        Assert.Contains("spec is not the one", refused.Message);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task Cancelled_while_it_copies_it_stays_and_can_move_later()
    {
        await using var pair = new MigrationPair(TinyPrograms.CountInPages);
        await pair.Source.PrintedAsync(text => text.Length > 2);
        var migration = await pair.BeginAsync(policy: new MigrationPolicy { MaxBytesPerSecond = 100_000, DowntimeBudget = TimeSpan.Zero });
        await WaitForAsync(() => migration.Progress.Phase == MigrationPhase.PreCopy);

        Assert.True(migration.Cancel("the operator wants it back"));

        var result = await MigrationPair.EndAsync(migration);
        Assert.Equal("The migration was given up: the operator wants it back.", result.Reason);
        Assert.Contains("the operator wants it back", (await pair.ArrivedAsync()).Reason);
        await pair.Source.RunsOnAsync();
        await WaitForAsync(() => pair.Source.Driver.Status.Current.State == MachineState.Running);
    }

    [Fact]
    public async Task What_remains_falls_while_a_pass_is_under_way()
    {
        await using var pair = new MigrationPair(TinyPrograms.CountInPages);
        await pair.Source.PrintedAsync(text => text.Length > 2);
        var migration = await pair.BeginAsync(policy: new MigrationPolicy { MaxBytesPerSecond = 20_000, DowntimeBudget = TimeSpan.Zero });

        await WaitForAsync(() => migration.Progress is { Phase: MigrationPhase.PreCopy, Pass: 1 } && migration.Progress.RemainingBytes < 8 << 20);
        long told;
        lock (pair.Progress) told = pair.Progress.First(p => p.Phase == MigrationPhase.PreCopy).RemainingBytes;
        Assert.InRange(told, 16 << 20, 32 << 20);
        Assert.True(migration.Cancel("seen enough"));
        Assert.False((await MigrationPair.EndAsync(migration)).HasMoved);
    }

    [Fact]
    public async Task A_target_that_is_stopped_leaves_the_guest_where_it_is()
    {
        await using var pair = new MigrationPair(TinyPrograms.CountInPages);
        await pair.Source.PrintedAsync(text => text.Length > 2);
        var migration = await pair.BeginAsync(policy: new MigrationPolicy { MaxBytesPerSecond = 100_000, DowntimeBudget = TimeSpan.Zero });
        await WaitForAsync(() => migration.Progress.Phase == MigrationPhase.PreCopy);

        pair.Target!.Ask(MachineRequestKind.Stop);

        Assert.Contains("the machine ends", (await MigrationPair.EndAsync(migration)).Reason);
        Assert.Equal(MachineOutcomeKind.Stopped, (await pair.Target.OutcomeAsync()).Kind);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task Both_sides_stand_still_until_the_decider_answers()
    {
        var decision = new TestDecision { IsUnreachable = true };
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision);
        await Task.WhenAll(decision.AskedAsync(MigrationSide.Source), decision.AskedAsync(MigrationSide.Target));
        var stood = pair.Source.Console.Output.End;

        decision.IsUnreachable = false;
        await WaitForAsync(() => decision.Questions.Count > 8);
        Assert.Equal(stood, pair.Source.Console.Output.End);
        Assert.False(migration.Cancel("too late"));
        Assert.False(pair.Arrival!.Cancel("too late"));
        decision.Verdict = MigrationVerdict.Commit;

        Assert.True((await MigrationPair.EndAsync(migration)).HasMoved);
        AssertAlphabet(await pair.Target!.PrintedAsync(printed => printed.Length >= stood + 30));
        Assert.Equal(stood, pair.Source.Console.Output.End);
        Assert.All(decision.Questions, q => Assert.Equal(TargetReadiness.Ready, q.Target));
        lock (pair.Progress) Assert.Contains(pair.Progress, p => p.Note?.Contains("nobody there") == true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_at_the_decision_costs_no_guest_where_somebody_outside_decides(bool moves)
    {
        var decision = new TestDecision();
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision);
        await Task.WhenAll(decision.AskedAsync(MigrationSide.Source), decision.AskedAsync(MigrationSide.Target));
        var stood = pair.Source.Console.Output.End;

        pair.Link!.Dispose();
        decision.Verdict = moves ? MigrationVerdict.Commit : MigrationVerdict.Abort;

        var (left, arrived) = (await MigrationPair.EndAsync(migration), await pair.ArrivedAsync());
        Assert.Equal((moves, moves), (left.HasMoved, arrived.HasMoved));
        if (moves)
        {
            AssertAlphabet(await pair.Target!.PrintedAsync(printed => printed.Length >= stood + 30));
            Assert.Equal(stood, pair.Source.Console.Output.End);
            // Only the target can know.
            Assert.Null(left.Last.Downtime);
            Assert.NotNull(arrived.Last.Downtime);
        }
        else
        {
            Assert.Equal(MachineOutcomeKind.Failed, (await pair.Target!.OutcomeAsync()).Kind);
            await pair.Source.RunsOnAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_before_the_sources_word_costs_no_guest_where_the_source_can_be_asked_otherwise(bool moves)
    {
        var (decision, sourceKnows) = (new TestDecision(), new TestDecision { IsUnreachable = true });
        await using var pair = new MigrationPair(TinyPrograms.Count);
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision, afterBreak: sourceKnows);
        await decision.AskedAsync(MigrationSide.Source);
        var stood = pair.Source.Console.Output.End;

        pair.Link!.Dispose();
        decision.Verdict = moves ? MigrationVerdict.Commit : MigrationVerdict.Abort;
        var left = await MigrationPair.EndAsync(migration);
        await sourceKnows.AskedAsync(MigrationSide.Target);
        (sourceKnows.Verdict, sourceKnows.IsUnreachable) = (decision.Verdict, false);

        Assert.Equal((moves, moves), (left.HasMoved, (await pair.ArrivedAsync()).HasMoved));
        if (moves) AssertAlphabet(await pair.Target!.PrintedAsync(printed => printed.Length >= stood + 30));
        else await pair.Source.RunsOnAsync();
    }

    [Theory]
    [InlineData(1, 0, "fail this export")]
    [InlineData(0, 1, "fail this import")]
    public async Task A_device_that_fails_costs_the_migration_and_not_the_guest(int exports, int imports, string reason)
    {
        var here = new DeviceSpec.MigrationFailures("injector", exports, 0);
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [here]);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync(devices: [here with { Imports = imports, Exports = 0 }]));

        Assert.False(result.HasMoved);
        Assert.Contains(reason, result.Reason);
        await pair.Source.RunsOnAsync();
        var second = await MigrationPair.EndAsync(await pair.BeginAsync(devices: [here with { Exports = 0 }]));
        Assert.True(second.HasMoved, second.Reason);
    }

    [Fact]
    public async Task A_guest_that_switches_itself_off_meanwhile_is_off()
    {
        await using var pair = new MigrationPair(UntilTyped);
        await pair.Source.PrintedAsync(text => text.Contains('>'));
        var migration = await pair.BeginAsync(policy: new MigrationPolicy { MaxBytesPerSecond = 50_000, DowntimeBudget = TimeSpan.Zero });
        await WaitForAsync(() => migration.Progress.Phase == MigrationPhase.PreCopy);

        await pair.Source.Console.SendAsync("x"u8.ToArray(), CancellationToken.None);

        Assert.Equal(MachineOutcomeKind.GuestPowerOff, (await pair.Source.OutcomeAsync()).Kind);
        Assert.Contains("the machine ends", (await MigrationPair.EndAsync(migration)).Reason);
        Assert.Equal(MachineOutcomeKind.Failed, (await pair.Target!.OutcomeAsync()).Kind);
    }

    [Fact]
    public async Task What_is_typed_during_the_pause_reaches_the_guest_if_it_stays()
    {
        var decision = new TestDecision();
        await using var pair = new MigrationPair(TinyRom.Echo);
        await pair.Source.PrintedAsync(text => text.Contains('>'));
        var migration = await pair.BeginAsync(decision);
        await decision.AskedAsync(MigrationSide.Source);

        var typing = pair.Source.Console.SendAsync("abc"u8.ToArray(), CancellationToken.None).AsTask();
        decision.Verdict = MigrationVerdict.Abort;

        Assert.False((await MigrationPair.EndAsync(migration)).HasMoved);
        await typing.WaitAsync(Limit);
        Assert.Equal(">abc", await pair.Source.PrintedAsync(text => text.Length >= 4));
    }

    // Waits for a byte on COM1, then switches off; changes a page all the time, so that a migration never finds it idle.
    static void UntilTyped(Assembler code)
    {
        var wait = code.CreateLabel();
        TinyRom.Print(code, '>');
        code.Label(ref wait);
        code.inc(AssemblerRegisters.__word_ptr[0x7000]);
        code.mov(AssemblerRegisters.dx, 0x3fd);
        code.@in(AssemblerRegisters.al, AssemblerRegisters.dx);
        code.test(AssemblerRegisters.al, 1);
        code.je(wait);
        TinyRom.PowerOff(code);
    }

    // Letters follow one another without a gap or a doubled one, from the first that the backlog still holds.
    static void AssertAlphabet(string printed)
    {
        var letters = printed.TrimStart('>');
        for (var i = 1; i < letters.Length; i++) Assert.Equal(letters[i - 1] == 'z' ? 'a' : (char)(letters[i - 1] + 1), letters[i]);
    }

    static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }
}
