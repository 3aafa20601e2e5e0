using Propolis.Vmm.Machine;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>What the driver does with a machine that leaves.</summary>
public sealed class DepartureTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly MachineInputQueue _queue = new();
    readonly RecordingBody _body = new();
    readonly MachineDriver _driver;
    readonly Task<MachineOutcome> _run;

    public DepartureTests()
    {
        _driver = new MachineDriver(_body, _queue, new MachineDriverOptions(), TimeProvider.System);
        _run = Task.Run(_driver.RunAsync);
        _queue.Submit(new MachineRequest(MachineRequestKind.Run));
    }

    [Fact]
    public async Task One_that_goes_is_paused_and_never_resumed()
    {
        await DepartAsync(new Script((handOver, _) => handOver(() => Task.FromResult(HandOverEnd.Gone))));

        Assert.Equal(MachineOutcomeKind.MigratedOut, (await _run.WaitAsync(Limit)).Kind);
        Assert.Equal("start pause pause halt", _body.Calls);
        Assert.Equal(MachineState.Destroyed, _driver.Status.Current.State);
        Assert.Equal(MachineDenial.MigratedOut, _queue.Submit(new MachineRequest(MachineRequestKind.Run)).Denial);
    }

    [Fact]
    public async Task One_that_stays_runs_on_and_may_leave_later()
    {
        var during = RequestDecision.Ignore;
        await DepartAsync(new Script(async (handOver, _) =>
        {
            during = _queue.Submit(new MachineRequest(MachineRequestKind.Reboot));
            await handOver(() => Task.FromResult(HandOverEnd.Stays));
        }));
        await _driver.Status.WaitForAsync(MachineState.Running).WaitAsync(Limit);

        Assert.Equal(MachineDenial.InvalidForMigrationSource, during.Denial);
        Assert.Equal("start pause resume", _body.Calls);
        Assert.True(_queue.Submit(new MachineRequest(MachineRequestKind.Reboot)).IsQueued);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_nobody_knows_the_place_of_fails(bool throws)
    {
        await DepartAsync(new Script(async (handOver, _) =>
        {
            try
            {
                await handOver(() => throws ? throw new IOException("cut off") : Task.FromResult(HandOverEnd.Lost));
            }
            catch (IOException)
            {
            }
        }));

        Assert.Equal(MachineOutcomeKind.Failed, (await _run.WaitAsync(Limit)).Kind);
        Assert.DoesNotContain("resume", _body.Calls);
    }

    [Fact]
    public async Task A_stop_ends_the_departure_first()
    {
        var reached = new TaskCompletionSource();
        var ended = false;
        await DepartAsync(new Script(async (_, cancellation) =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.DoesNotContain("halt", _body.Calls);
            ended = true;
        }));
        await reached.Task.WaitAsync(Limit);

        _queue.Submit(new MachineRequest(MachineRequestKind.Stop));

        Assert.Equal(MachineOutcomeKind.Stopped, (await _run.WaitAsync(Limit)).Kind);
        Assert.True(ended);
    }

    [Fact]
    public async Task A_guest_that_resets_at_the_hand_over_is_reset_and_not_handed_over()
    {
        var ran = false;
        Exception? refused = null;
        await DepartAsync(new Script(async (handOver, _) =>
        {
            // Both events are in the queue before the driver takes either: it is still busy with the start of this departure.
            try
            {
                await handOver(() =>
                {
                    ran = true;
                    return Task.FromResult(HandOverEnd.Gone);
                });
            }
            catch (MachineException thrown)
            {
                refused = thrown;
            }
        }), onPause: () => ((IMachineControl)_queue).GuestReset("port 0xcf9"));
        await WaitForAsync(() => _body.Calls.Contains("reset"));

        Assert.False(ran);
        Assert.NotNull(refused);
        Assert.False(_run.IsCompleted);
    }

    async Task DepartAsync(IMachineDeparture departure, Action? onPause = null)
    {
        await _driver.Status.WaitForAsync(MachineState.Running).WaitAsync(Limit);
        if (onPause is not null) _body.OnPause = onPause;
        Assert.True(_queue.Submit(new MachineRequest(MachineRequestKind.MigrateAsSource) { Departure = departure }).IsQueued);
        if (departure is Script script) await Task.WhenAny(script.Begun.Task).WaitAsync(Limit);
    }

    static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }

    sealed class Script(Func<Func<Func<Task<HandOverEnd>>, Task>, CancellationToken, Task> run) : IMachineDeparture
    {
        public TaskCompletionSource Begun { get; } = new();

        public Task RunAsync(Func<Func<Task<HandOverEnd>>, Task> handOver, CancellationToken cancellation)
        {
            Begun.TrySetResult();
            return run(handOver, cancellation);
        }
    }
}
