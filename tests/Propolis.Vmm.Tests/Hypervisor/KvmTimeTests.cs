using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Hypervisor;

/// <summary>Guest clocks over pauses and moves, with a wall clock that the test holds.</summary>
public sealed class KvmTimeTests
{
    const ulong Second = 1_000_000_000;
    static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    readonly WallClock _clock = new() { Now = Start };
    readonly KvmHypervisor _hypervisor;

    public KvmTimeTests()
    {
        _hypervisor = new KvmHypervisor(_clock);
        var status = _hypervisor.Probe();
        Assert.SkipUnless(status.IsUsable, status.Reason);
    }

    [Fact]
    public void Pause_of_an_hour_on_the_wall_is_no_time_for_the_guest()
    {
        using var guest = TinyGuest.LongMode(_hypervisor, c => c.hlt());
        guest.Machine.PauseTime();
        var before = Platform(guest).ClockNanoseconds;

        _clock.Now += TimeSpan.FromHours(1);
        guest.Machine.ResumeTime();
        guest.Machine.PauseTime();

        Assert.InRange(Platform(guest).ClockNanoseconds, before, before + 60 * Second);
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(-1000, 0)]
    public void Clock_of_a_moved_guest_follows_the_wall_clock_but_never_backwards(int secondsOnTheWall, int secondsForTheGuest)
    {
        using var source = TinyGuest.LongMode(_hypervisor, c => c.hlt());
        using var target = TinyGuest.Empty(_hypervisor);
        source.Machine.PauseTime();
        var before = Platform(source);

        _clock.Now += TimeSpan.FromSeconds(secondsOnTheWall);
        Move(source, target);
        target.Machine.ResumeTime();
        target.Machine.PauseTime();

        var expected = before.ClockNanoseconds + (ulong)secondsForTheGuest * Second;
        Assert.InRange(Platform(target).ClockNanoseconds, expected, expected + 60 * Second);
    }

    [Fact]
    public void Time_stamp_counter_of_a_moved_guest_follows_the_wall_clock()
    {
        Assert.SkipUnless(_hypervisor.Probe().IsHardware, "A software KVM shows the host's time-stamp counter and ignores its offset.");
        using var source = TinyGuest.LongMode(_hypervisor, c => c.hlt(), vcpus: 2);
        using var target = TinyGuest.Empty(_hypervisor, vcpus: 2);
        source.Machine.PauseTime();
        var before = Vcpu(source, 0);

        _clock.Now += TimeSpan.FromSeconds(1000);
        Move(source, target);
        target.Machine.ResumeTime();
        target.Machine.PauseTime();

        var expected = before.Tsc + 1000UL * before.TscKhz * 1000;
        Assert.InRange(Vcpu(target, 0).Tsc, expected, expected + 60UL * before.TscKhz * 1000);
        Assert.Equal(Vcpu(source, 1).Tsc - before.Tsc, Vcpu(target, 1).Tsc - Vcpu(target, 0).Tsc);
    }

    [Fact]
    public void Processors_keep_their_distance_over_pauses()
    {
        using var guest = TinyGuest.Empty(_hypervisor, vcpus: 4);
        guest.Machine.PauseTime();
        var distances = Enumerable.Range(0, 4).Select(id => Vcpu(guest, id).Tsc - Vcpu(guest, 0).Tsc).ToArray();

        for (var i = 0; i < 20; i++)
        {
            guest.Machine.ResumeTime();
            guest.Machine.PauseTime();
            Assert.Equal(distances, Enumerable.Range(0, 4).Select(id => Vcpu(guest, id).Tsc - Vcpu(guest, 0).Tsc));
        }
    }

    [Fact]
    public void Exported_again_before_it_ran_a_moved_guest_keeps_the_moment_of_its_freezing()
    {
        using var source = TinyGuest.LongMode(_hypervisor, c => c.hlt());
        using var middle = TinyGuest.Empty(_hypervisor);
        using var target = TinyGuest.Empty(_hypervisor);
        source.Machine.PauseTime();
        var before = Platform(source);

        _clock.Now += TimeSpan.FromSeconds(500);
        Move(source, middle);
        var between = Platform(middle);
        _clock.Now += TimeSpan.FromSeconds(500);
        Move(middle, target);
        target.Machine.ResumeTime();
        target.Machine.PauseTime();

        Assert.Equal(before.WallNanoseconds, between.WallNanoseconds);
        Assert.Equal(before.ClockNanoseconds, between.ClockNanoseconds);
        var expected = before.ClockNanoseconds + 1000 * Second;
        Assert.InRange(Platform(target).ClockNanoseconds, expected, expected + 60 * Second);
    }

    [Fact]
    public void Frequency_that_this_host_cannot_give_is_refused_with_both_numbers()
    {
        using var guest = TinyGuest.Empty(_hypervisor);
        guest.Machine.PauseTime();
        var payload = Vcpu(guest, 0);
        var own = payload.TscKhz;
        payload.TscKhz = own * 3;
        var writer = new StateWriter();
        payload.Write(writer);

        try
        {
            guest.Vcpu.Import(new StateReader(writer.Written.ToArray(), "vcpu-0"));
            Assert.Equal(own * 3, Vcpu(guest, 0).TscKhz);
        }
        catch (StateFormatException error)
        {
            Assert.Equal($"vcpu-0: the guest's time-stamp counter runs at {own * 3} kHz, this host's at {own} kHz, and its processor cannot scale it.", error.Message);
        }
    }

    static void Move(TinyGuest source, TinyGuest target)
    {
        var platform = new StateWriter();
        source.Machine.ExportPlatform(platform);
        target.Machine.ImportPlatform(new StateReader(platform.Written.ToArray(), "platform"));
        for (var id = 0; id < source.Vcpus.Count; id++)
        {
            var vcpu = new StateWriter();
            source.Vcpus[id].Export(vcpu);
            target.Vcpus[id].Import(new StateReader(vcpu.Written.ToArray(), $"vcpu-{id}"));
        }
    }

    static PlatformPayload Platform(TinyGuest guest)
    {
        var writer = new StateWriter();
        guest.Machine.ExportPlatform(writer);
        return PlatformPayload.Read(new StateReader(writer.Written.ToArray(), "platform"));
    }

    static VcpuPayload Vcpu(TinyGuest guest, int id)
    {
        var writer = new StateWriter();
        guest.Vcpus[id].Export(writer);
        return VcpuPayload.Read(new StateReader(writer.Written.ToArray(), "vcpu"));
    }

    sealed class WallClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
