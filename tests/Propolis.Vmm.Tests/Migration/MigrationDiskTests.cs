using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Pci;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>Who holds a guest's disks while it moves, and who holds them when it does not.</summary>
public sealed class MigrationDiskTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Aborted_by_the_decider_the_guest_runs_on_with_fresh_disks()
    {
        var opened = 0;
        var generation = 0;
        Task<IBlockBackend> OpenAsync(CancellationToken _)
        {
            opened++;
            return Task.FromResult<IBlockBackend>(new MemoryBackend(1 << 20, 512, false));
        }
        using var first = new MemoryBackend(1 << 20, 512, false);
        var disk = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first, OpenAsync));
        var there = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first.Geometry, _ => throw new InvalidOperationException("opened before the decision")));
        var decision = new TestDecision(MigrationVerdict.Abort);
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [disk])
        {
            Reclaim = _ =>
            {
                Assert.Equal(0, opened);
                generation++;
                return Task.CompletedTask;
            },
        };
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync(decision, devices: [there]));

        Assert.Equal("It was decided that the guest stays.", result.Reason);
        Assert.Equal((1, 1), (opened, generation));
        Assert.Equal(MachineOutcomeKind.Failed, (await pair.Target!.OutcomeAsync()).Kind);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task A_source_that_fails_after_its_disks_were_let_go_asks_before_it_takes_them_back()
    {
        var opened = 0;
        var decision = new TestDecision();
        using var first = new MemoryBackend(1 << 20, 512, false);
        var disk = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first, _ =>
        {
            Interlocked.Increment(ref opened);
            return Task.FromResult<IBlockBackend>(new MemoryBackend(1 << 20, 512, false));
        }));
        var there = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first.Geometry, _ => throw new BlockBackendException("never")));
        var injector = new DeviceSpec.MigrationFailures("injector", 1, 0);
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [disk, injector]);
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision, devices: [there, injector with { Exports = 0 }]);
        await decision.AskedAsync(MigrationSide.Source);
        Assert.True(SpinWait.SpinUntil(() => decision.Questions.Count > 3, Limit), $"{decision.Questions.Count} questions");

        Assert.All(decision.Questions, question => Assert.Equal((MigrationSide.Source, TargetReadiness.Refused), (question.Side, question.Target)));
        Assert.Contains("fail this export", decision.Questions[0].Reason);
        Assert.Equal(0, opened);
        decision.Verdict = MigrationVerdict.Abort;

        Assert.Contains("fail this export", (await MigrationPair.EndAsync(migration)).Reason);
        Assert.Equal(1, opened);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task Disks_that_do_not_come_back_fail_the_machine_rather_than_let_it_run()
    {
        using var first = new MemoryBackend(1 << 20, 512, false);
        var disk = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first, _ => throw new BlockBackendException("Volume 'v' is gone.")));
        var there = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first.Geometry, _ => throw new BlockBackendException("never")));
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [disk]);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync(new TestDecision(MigrationVerdict.Abort), devices: [there]));

        Assert.Contains("Volume 'v' is gone.", result.Reason);
        Assert.Equal(MachineOutcomeKind.Failed, (await pair.Source.OutcomeAsync()).Kind);
    }

    [Fact]
    public async Task The_target_opens_the_disk_only_after_the_commit()
    {
        using var first = new MemoryBackend(1 << 20, 512, false);
        using var second = new MemoryBackend(1 << 20, 512, false);
        var decision = new TestDecision();
        var openedBefore = (bool?)null;
        var disk = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first, _ => throw new BlockBackendException("never")));
        var there = new DeviceSpec.VirtioBlock("disk", new PciPath(0, 4, 0), new DetachableBackend("disk", first.Geometry, _ =>
        {
            openedBefore = decision.Verdict != MigrationVerdict.Commit;
            return Task.FromResult<IBlockBackend>(second);
        }));
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [disk]);
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision, devices: [there]);
        await decision.AskedAsync(MigrationSide.Target);

        Assert.Null(openedBefore);
        decision.Verdict = MigrationVerdict.Commit;

        Assert.True((await MigrationPair.EndAsync(migration)).HasMoved);
        Assert.False(openedBefore);
    }

    [Fact]
    public async Task Opened_first_the_disk_is_there_before_the_target_says_that_it_is_ready()
    {
        using var first = new MemoryBackend(1 << 20, 512, false);
        using var second = new MemoryBackend(1 << 20, 512, false);
        var decision = new TestDecision();
        var source = Detachable(first, _ => throw new BlockBackendException("never"));
        var wasReleased = (bool?)null;
        var opened = 0;
        var target = new DetachableBackend("disk", first.Geometry, _ =>
        {
            Interlocked.Increment(ref opened);
            wasReleased = source.Inner is null && decision.Questions.Count == 0;
            return Task.FromResult<IBlockBackend>(second);
        });
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [Device(source)]) { OpensDisksFirst = true };
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision, devices: [Device(target)]);
        await decision.AskedAsync(MigrationSide.Target);

        Assert.Equal((1, true), (opened, wasReleased));
        decision.Verdict = MigrationVerdict.Commit;

        Assert.True((await MigrationPair.EndAsync(migration)).HasMoved);
        Assert.True((await pair.ArrivedAsync()).HasMoved);
        Assert.Equal(1, opened);
    }

    [Fact]
    public async Task Opened_first_a_disk_that_others_took_over_before_the_decision_keeps_the_guest_from_running()
    {
        using var first = new SharedBackend();
        using var second = new SharedBackend();
        var decision = new TestDecision();
        var target = new DetachableBackend("disk", second, _ => throw new BlockBackendException("never"));
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [Device(Detachable(first, _ => throw new BlockBackendException("never")))]) { OpensDisksFirst = true };
        await pair.Source.PrintedAsync(text => text.Contains('c'));
        var migration = await pair.BeginAsync(decision, devices: [Device(target)]);
        await decision.AskedAsync(MigrationSide.Target);

        Assert.Equal(1, second.Greetings);
        second.IsLost = true;
        decision.Verdict = MigrationVerdict.Commit;

        Assert.True((await MigrationPair.EndAsync(migration)).HasMoved);
        var outcome = await pair.Target!.OutcomeAsync();
        Assert.Equal((MachineOutcomeKind.Failed, "Disk 'disk' could not be flushed."), (outcome.Kind, outcome.Detail));
        Assert.NotEqual(MigrationPhase.Moved, pair.Arrival!.Progress.Phase);
    }

    [Fact]
    public async Task Opened_first_a_disk_that_does_not_open_costs_the_migration_and_not_the_guest()
    {
        using var first = new MemoryBackend(1 << 20, 512, false);
        var reclaimed = 0;
        var source = Detachable(first, _ => Task.FromResult<IBlockBackend>(new MemoryBackend(1 << 20, 512, false)));
        var target = new DetachableBackend("disk", first.Geometry, _ => throw new BlockBackendException("Volume 'v' is gone."));
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [Device(source)])
        {
            OpensDisksFirst = true,
            Reclaim = _ =>
            {
                reclaimed++;
                return Task.CompletedTask;
            },
        };
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync(new TestDecision(MigrationVerdict.Abort), devices: [Device(target)]));

        Assert.Contains("Volume 'v' is gone.", result.Reason);
        Assert.Equal((false, 1), (result.HasMoved, reclaimed));
        Assert.Equal(MachineOutcomeKind.Failed, (await pair.Target!.OutcomeAsync()).Kind);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task A_guest_whose_disk_could_not_be_opened_again_is_not_even_offered()
    {
        using var first = new SharedBackend { Degradation = "disk: replica 2 does not serve" };
        var source = Detachable(first, _ => throw new BlockBackendException("never"));
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [Device(source)]);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        await Assert.ThrowsAsync<MigrationException>(() => pair.BeginAsync(new TestDecision(), devices: [Device(Never(first))]));

        Assert.Equal("The guest cannot leave now: disk: replica 2 does not serve.", (await MigrationPair.EndAsync(pair.Departure!)).Reason);
        await pair.Source.RunsOnAsync();
    }

    [Fact]
    public async Task A_disk_that_loses_a_replica_while_memory_is_copied_keeps_the_guest_from_being_paused()
    {
        using var first = new SharedBackend { DegradesWhenAsked = "disk: replica 2 does not serve" };
        var source = Detachable(first, _ => throw new BlockBackendException("never"));
        var decision = new TestDecision();
        await using var pair = new MigrationPair(TinyPrograms.Count, devices: [Device(source)]);
        await pair.Source.PrintedAsync(text => text.Contains('c'));

        var result = await MigrationPair.EndAsync(await pair.BeginAsync(decision, devices: [Device(Never(first))]));

        Assert.Equal((false, "The guest cannot leave now: disk: replica 2 does not serve."), (result.HasMoved, result.Reason));
        Assert.Same(first, source.Inner);
        Assert.Empty(decision.Questions);
        await pair.Source.RunsOnAsync();
    }

    static DetachableBackend Never(IBlockBackend like) => new("disk", like.Geometry, _ => throw new BlockBackendException("never"));

    static DetachableBackend Detachable(IBlockBackend opened, Func<CancellationToken, Task<IBlockBackend>> open) => new("disk", opened, open);

    static DeviceSpec.VirtioBlock Device(DetachableBackend disk) => new("disk", new PciPath(0, 4, 0), disk);

    /// <summary>A disk elsewhere, with a write cache, that somebody else may take over.</summary>
    sealed class SharedBackend : IReplicatedBackend
    {
        readonly MemoryBackend _inner = new(1 << 20, 512, false);
        volatile bool _isLost;
        string? _degradation;

        public bool IsLost
        {
            set => _isLost = value;
        }

        public int Greetings { get; private set; }

        /// <summary>What is wrong from the second question on.</summary>
        public string? DegradesWhenAsked { get; init; }

        public string? Degradation
        {
            get
            {
                var now = _degradation;
                _degradation ??= DegradesWhenAsked;
                return now;
            }
            init => _degradation = value;
        }

        public BlockGeometry Geometry => _inner.Geometry with { HasWriteCache = true };

        public void Greet() => Greetings++;

        public Task StartAsync(CancellationToken cancellation) => _inner.StartAsync(cancellation);

        public void Submit(BlockRequest request)
        {
            if (_isLost) request.Complete(BlockStatus.Failed);
            else _inner.Submit(request);
        }

        public void Dispose() => _inner.Dispose();
    }
}
