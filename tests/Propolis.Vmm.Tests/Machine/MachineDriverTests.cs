using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Tests.Machine;

public sealed class MachineDriverTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly MachineInputQueue _queue = new();

    [Fact]
    public async Task Guest_power_off_ends_the_machine()
    {
        var body = new RecordingBody();
        var (driver, run) = Drive(body);
        await RunningAsync(driver);

        Events.GuestPowerOff("port 0xb004");
        var outcome = await run.WaitAsync(Limit);

        Assert.Equal(new MachineOutcome(MachineOutcomeKind.GuestPowerOff, "port 0xb004"), outcome);
        Assert.Equal("start pause halt", body.Calls);
        Assert.Equal(MachineState.Destroyed, driver.Status.Current.State);
    }

    [Fact]
    public async Task Guest_reset_starts_over_once_however_many_vcpus_ask()
    {
        var body = new RecordingBody();
        var (driver, run) = Drive(body);
        await RunningAsync(driver);
        var before = driver.Status.Current.Generation;

        Events.GuestReset("port 0xcf9");
        Events.GuestReset("triple fault on vCPU 1");
        await driver.Status.WaitAsync(before + 2).WaitAsync(Limit);
        _queue.Submit(new MachineRequest(MachineRequestKind.Stop));
        await run.WaitAsync(Limit);

        Assert.Equal("start pause reset resume pause halt", body.Calls);
    }

    [Fact]
    public async Task Reset_ends_the_machine_where_it_was_told_so()
    {
        var body = new RecordingBody();
        var (driver, run) = Drive(body, new MachineDriverOptions { EndOnGuestReset = true });
        await RunningAsync(driver);

        Events.GuestReset("port 0x92");

        Assert.Equal(MachineOutcomeKind.GuestReset, (await run.WaitAsync(Limit)).Kind);
    }

    [Fact]
    public async Task Stop_interrupts_a_start_that_hangs()
    {
        var body = new RecordingBody { StartGate = new TaskCompletionSource() };
        var (driver, run) = Drive(body);
        _queue.Submit(new MachineRequest(MachineRequestKind.Run));
        await driver.Status.WaitForAsync(MachineState.Starting).WaitAsync(Limit);

        _queue.Submit(new MachineRequest(MachineRequestKind.Stop));

        Assert.Equal(MachineOutcomeKind.Stopped, (await run.WaitAsync(Limit)).Kind);
        Assert.Equal("start halt", body.Calls);
    }

    [Fact]
    public async Task Start_that_fails_leaves_the_reason()
    {
        var body = new RecordingBody { StartFailure = new IOException("disk0 is gone") };
        var (driver, run) = Drive(body);
        _queue.Submit(new MachineRequest(MachineRequestKind.Run));

        Assert.Equal(new MachineOutcome(MachineOutcomeKind.Failed, "disk0 is gone"), await run.WaitAsync(Limit));
        Assert.Equal(MachineState.Failed, driver.Status.Current.State);
        Assert.Equal("start halt", body.Calls);
    }

    [Fact]
    public async Task A_fenced_disk_stops_the_machine_where_it_is()
    {
        var body = new RecordingBody();
        var (driver, run) = Drive(body);
        await RunningAsync(driver);

        Events.GuestFenced("disk data is fenced");

        Assert.Equal(new MachineOutcome(MachineOutcomeKind.Fenced, "disk data is fenced"), await run.WaitAsync(Limit));
        Assert.Equal(MachineState.Failed, driver.Status.Current.State);
        Assert.Equal("start pause halt", body.Calls);
    }

    [Fact]
    public async Task Graceful_stop_lets_the_guest_end_itself()
    {
        var body = new RecordingBody();
        body.OnPowerButton = () => Events.GuestPowerOff("S5");
        var (driver, run) = Drive(body);
        await RunningAsync(driver);

        _queue.Submit(new MachineRequest(MachineRequestKind.GracefulStop) { Limit = TimeSpan.FromHours(1) });

        Assert.Equal(MachineOutcomeKind.GuestPowerOff, (await run.WaitAsync(Limit)).Kind);
    }

    [Fact]
    public async Task Graceful_stop_becomes_a_hard_one_when_the_time_is_over()
    {
        var body = new RecordingBody();
        var (driver, run) = Drive(body);
        await RunningAsync(driver);

        _queue.Submit(new MachineRequest(MachineRequestKind.GracefulStop) { Limit = TimeSpan.FromMilliseconds(20) });
        var outcome = await run.WaitAsync(Limit);

        Assert.Equal(MachineOutcomeKind.Stopped, outcome.Kind);
        Assert.Equal("start button pause halt", body.Calls);
    }

    [Fact]
    public async Task Snapshot_that_fails_costs_the_snapshot_not_the_guest()
    {
        var body = new RecordingBody();
        var (driver, run) = Drive(body);
        await RunningAsync(driver);
        var told = new TaskCompletionSource<Exception?>();

        _queue.Submit(new MachineRequest(MachineRequestKind.Snapshot)
        {
            WhilePaused = () => throw new IOException("no space left"),
            Completed = told.SetResult,
            StopAfterwards = true,
        });
        var failure = await told.Task.WaitAsync(Limit);
        _queue.Submit(new MachineRequest(MachineRequestKind.Stop));
        await run.WaitAsync(Limit);

        Assert.Equal("no space left", failure!.Message);
        Assert.Equal("start pause resume pause halt", body.Calls);
    }

    [Fact]
    public async Task Status_generations_rise_by_one_and_a_waiter_sees_the_last()
    {
        var feed = new MachineStatusFeed();
        var waiting = feed.WaitAsync(3);

        feed.Publish(MachineState.Starting);
        feed.Publish(MachineState.Starting);
        Assert.Equal(2UL, feed.Current.Generation);
        feed.Publish(MachineState.Running);

        Assert.Equal(new MachineStatus(3, MachineState.Running), await waiting.WaitAsync(Limit));
    }

    IMachineControl Events => _queue;

    (MachineDriver Driver, Task<MachineOutcome> Run) Drive(RecordingBody body, MachineDriverOptions? options = null)
    {
        var driver = new MachineDriver(body, _queue, options ?? new MachineDriverOptions(), TimeProvider.System);
        return (driver, Task.Run(driver.RunAsync));
    }

    async Task RunningAsync(MachineDriver driver)
    {
        _queue.Submit(new MachineRequest(MachineRequestKind.Run));
        await driver.Status.WaitForAsync(MachineState.Running).WaitAsync(Limit);
    }
}
