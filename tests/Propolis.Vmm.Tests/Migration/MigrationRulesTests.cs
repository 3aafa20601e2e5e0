using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Block;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Migration;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Migration;

public sealed class MigrationRulesTests
{
    const long PagesPerMiB = 256;

    static readonly CpuidEntry[] Processor = [new(0, null, 0x10, 0x68747541, 0x444d4163, 0x69746e65), new(1, null, 0, 0, 0xff, 0xff)];

    static readonly MachineFacts Guest = new()
    {
        VcpuCount = 2,
        Regions = [new MigratedRegion(0, 64 << 20, MemoryKind.Ram), new MigratedRegion(0xfff00000, 1 << 20, MemoryKind.Rom)],
        Cpuid = Processor,
        TscKhz = 2_600_000,
        States = [new StateKind("platform", "platform", 1), new StateKind("disk", "virtio-block", 1)],
        Disks = [new MigratedDisk("disk", new BlockGeometry { BlockSize = 512, BlockCount = 2048 })],
    };

    static readonly VirtualMachineTraits Host = new() { GuestCpuid = Processor, HostCpuid = Processor, TscKhz = 2_600_000 };

    [Fact]
    public void The_same_machine_has_no_obstacles() => Assert.Empty(MigrationRules.FindObstacles(Guest, Guest, Host));

    [Fact]
    public void Every_difference_is_named_at_once()
    {
        var target = Guest with
        {
            VcpuCount = 1,
            Regions = [new MigratedRegion(0, 32 << 20, MemoryKind.Ram)],
            TscKhz = 2_000_000,
            States = [new StateKind("platform", "platform", 2), new StateKind("rng", "virtio-rng", 1)],
            Disks = [new MigratedDisk("disk", new BlockGeometry { BlockSize = 512, BlockCount = 4096 })],
        };

        var found = MigrationRules.FindObstacles(Guest, target, Host with { HostCpuid = [Processor[0], Processor[1] with { Ecx = 0x0f }] });

        Assert.Equal(
        [
            "the guest has 2 vCPUs, the target's machine 1",
            "the guest has 64 MiB of memory, the target's machine 32 MiB",
            "the guest may use processor features that this host lacks: CPUID leaf 0x1 ECX bits 0xf0",
            "the guest's time-stamp counter runs at 2600000 kHz, the target's at 2000000 kHz, and its processor cannot scale it",
            "'platform' has platform version 1; the target reads version 2",
            "the guest has 'disk', which the target's machine does not have",
            "the target's machine has 'rng', which the guest does not have",
            "the disk of 'disk' has another size or other abilities at the target",
        ], found);
    }

    [Fact]
    public void Another_kind_of_device_under_the_same_name_is_an_obstacle() =>
        Assert.Contains("'disk' is virtio-block at the source and nvme at the target",
            MigrationRules.FindObstacles(Guest, Guest with { States = [Guest.States[0], new StateKind("disk", "nvme", 1)] }, Host));

    [Fact]
    public void Another_boot_rom_is_an_obstacle() =>
        Assert.Contains("memory maps differ", Assert.Single(MigrationRules.FindObstacles(Guest, Guest with { Regions = [Guest.Regions[0], Guest.Regions[1] with { Length = 2 << 20 }] }, Host)));

    [Theory]
    [InlineData(2_600_600u, false, 0)]
    [InlineData(2_601_000u, false, 1)]
    [InlineData(2_601_000u, true, 0)]
    public void Frequencies_that_KVM_takes_for_the_same_are_none(uint targetKhz, bool scales, int obstacles) =>
        Assert.Equal(obstacles, MigrationRules.FindObstacles(Guest, Guest with { TscKhz = targetKhz }, Host with { CanScaleTsc = scales }).Count);

    [Fact]
    public void State_named_twice_is_an_obstacle_and_no_accident() =>
        Assert.NotEmpty(MigrationRules.FindObstacles(Guest with { States = [.. Guest.States, Guest.States[0]] }, Guest, Host));

    [Theory]
    [InlineData(100, 25, true)]   // 25 MiB at 100 MiB/s: 250 ms and the fixed 50
    [InlineData(100, 26, false)]
    [InlineData(1000, 240, true)]
    public void The_guest_pauses_when_the_rest_fits_its_budget(int rateMiB, int dirtyMiB, bool pauses)
    {
        var pass = new PassReport(1, rateMiB * PagesPerMiB, TimeSpan.FromSeconds(1), dirtyMiB * PagesPerMiB);

        var decision = MigrationRules.AfterPass(default, pass, new MigrationPolicy());

        Assert.Equal(pauses ? CopyStep.Pause : CopyStep.Again, decision.Step);
        Assert.Equal(dirtyMiB * PagesPerMiB, decision.State.DirtyPages);
    }

    [Fact]
    public void A_guest_that_changes_nothing_pauses_at_once() =>
        Assert.Equal(CopyStep.Pause, MigrationRules.AfterPass(default, new PassReport(1, 0, TimeSpan.Zero, 0), new MigrationPolicy { DowntimeBudget = TimeSpan.Zero }).Step);

    [Fact]
    public void Passes_that_come_no_closer_slow_the_guest_down_step_by_step()
    {
        var policy = new MigrationPolicy { MaxThrottlePercent = 60 };
        var state = new CopyState();
        var throttles = new List<int>();
        for (var pass = 1; pass <= 6; pass++)
        {
            state = MigrationRules.AfterPass(state, new PassReport(pass, 1000, TimeSpan.FromSeconds(1), 900), policy).State;
            throttles.Add(state.ThrottlePercent);
        }

        Assert.Equal([0, 20, 35, 50, 60, 60], throttles);
    }

    [Fact]
    public void A_pass_that_comes_closer_leaves_the_throttle_alone()
    {
        var state = new CopyState { DirtyPages = 1000, ThrottlePercent = 35, StuckPasses = 2 };

        var after = MigrationRules.AfterPass(state, new PassReport(3, 100, TimeSpan.FromSeconds(1), 500), new MigrationPolicy()).State;

        Assert.Equal((35, 0), (after.ThrottlePercent, after.StuckPasses));
    }

    [Theory]
    [InlineData(StuckPolicy.BestEffort, CopyStep.Pause)]
    [InlineData(StuckPolicy.Refuse, CopyStep.GiveUp)]
    public void After_the_last_pass_the_policy_decides(StuckPolicy whenStuck, CopyStep step)
    {
        var decision = MigrationRules.AfterPass(new CopyState { DirtyPages = 9999 }, new PassReport(30, 1000, TimeSpan.FromSeconds(1), 9999), new MigrationPolicy { WhenStuck = whenStuck });

        Assert.Equal(step, decision.Step);
        Assert.Contains("after 30 passes", decision.Note);
    }

    [Fact]
    public void A_pass_of_zero_pages_alone_teaches_no_rate()
    {
        var decision = MigrationRules.AfterPass(new CopyState { BytesPerSecond = 4096e3 }, new PassReport(2, 0, TimeSpan.FromSeconds(1), 1000), new MigrationPolicy());

        Assert.Equal(4096e3, decision.State.BytesPerSecond);
        Assert.Equal(TimeSpan.MaxValue, MigrationRules.ProjectedDowntime(new CopyState { DirtyPages = 1 }, new MigrationPolicy()));
    }

    [Fact]
    public void Whatever_the_passes_show_it_ends_and_keeps_its_bounds() => Prop.ForAll(
        ArbMap.Default.ArbFor<(int Sent, int Milliseconds, int Dirty)[]>(), shown =>
        {
            var policy = new MigrationPolicy { MaxPasses = 8, MaxThrottlePercent = 80 };
            var state = new CopyState();
            for (var pass = 1; ; pass++)
            {
                var (sent, milliseconds, dirty) = shown.Length == 0 ? (1, 1, 1) : shown[pass % shown.Length];
                var decision = MigrationRules.AfterPass(state, new PassReport(pass, Math.Abs((long)sent), TimeSpan.FromMilliseconds(Math.Abs((double)milliseconds)), Math.Abs((long)dirty)), policy);
                state = decision.State;
                Assert.InRange(state.ThrottlePercent, 0, 80);
                Assert.True(pass <= 8);
                if (decision.Step == CopyStep.Again) continue;
                Assert.True(decision.Note is not null || state.DirtyPages == 0 || MigrationRules.ProjectedDowntime(state, policy) <= policy.DowntimeBudget);
                return;
            }
        }).QuickCheckThrowOnFailure();
}
