using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Agent.Reports;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Tests.Reports;

/// <summary>Rule 7 of <see cref="AgentRoutes"/>: each change is told until it was received, and the advice is obeyed.</summary>
public sealed class ReportQueueTests : IDisposable
{
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly ConcurrentQueue<VmmStatus> _heard = [];
    readonly ReportQueue _queue;
    volatile bool _isSilent;
    ReportAdvice _advice = ReportAdvice.Keep;

    public ReportQueueTests() => _queue = new ReportQueue(
        new FakeGrains { Answer = Hear }, TimeProvider.System, new AgentMetrics(_services.GetRequiredService<IMeterFactory>()), NullLogger.Instance);

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task States_are_told_to_their_instance()
    {
        _queue.Add(Status(1, VmmState.Running));
        await ReceivedAsync();
        Assert.Equal(VmmState.Running, Assert.Single(_heard).State);
    }

    [Fact]
    public async Task What_happened_in_silence_is_told_afterwards_the_newest_of_each()
    {
        _isSilent = true;
        _queue.Add(Status(1, VmmState.Creating));
        _queue.Add(Status(2, VmmState.Running));
        _queue.Add(Status(3, VmmState.Failed));
        _queue.Add(Status(9, VmmState.Running, incarnation: 2));
        Assert.False(_queue.IsEmpty);

        _isSilent = false;
        await ReceivedAsync();
        // One that was on its way when the silence ended may be heard, too, but never after a newer one.
        var first = _heard.Where(status => status.Incarnation == 1).Select(status => status.Sequence).ToArray();
        Assert.Equal((3, 9), (first[^1], _heard.Single(status => status.Incarnation == 2).Sequence));
        Assert.Equal(first.Order(), first);
    }

    [Fact]
    public async Task Older_news_never_replace_newer_ones()
    {
        _isSilent = true;
        _queue.Add(Status(5, VmmState.Stopped));
        _queue.Add(Status(4, VmmState.Running));
        _isSilent = false;
        await ReceivedAsync();
        Assert.Equal(5, _heard.Last().Sequence);
    }

    [Fact]
    public async Task What_its_instance_does_not_want_is_removed_and_that_is_told_too()
    {
        var removed = new List<VmmKey>();
        _advice = ReportAdvice.Remove;
        _queue.RemoveAsync = key =>
        {
            removed.Add(key);
            _queue.Add(Status(8, VmmState.Absent));
            return Task.CompletedTask;
        };
        _queue.Add(Status(7, VmmState.Running));
        await Until.TrueAsync(() => _heard.Any(status => status.State == VmmState.Absent) && _queue.IsEmpty, () => $"{_heard.Count} heard");
        Assert.Equal(Requests.Key(1), Assert.Single(removed));
    }

    Task ReceivedAsync() => Until.TrueAsync(() => _queue.IsEmpty, () => $"{_heard.Count} heard");

    object? Hear(string key, string method, object? argument)
    {
        Assert.Equal(("inst-one", "ReportAsync"), (key, method));
        if (_isSilent)
            throw new GrainCallException("silence");
        _heard.Enqueue((VmmStatus)argument!);
        return _advice;
    }

    static VmmStatus Status(long sequence, VmmState state, long incarnation = 1) =>
        new() { Instance = EntityId.Parse<InstanceId>("inst-one"), Incarnation = incarnation, State = state, Sequence = sequence };
}
