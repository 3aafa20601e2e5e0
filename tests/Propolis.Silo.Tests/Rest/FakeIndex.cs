using Propolis.Contracts.Events;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Rest;

/// <summary>Lists and events that a test fills.</summary>
sealed class FakeIndex : IClusterIndex
{
    readonly Lock _lock = new();
    readonly List<ClusterEvent> _events = [];
    TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<InstanceView> Instances { get; } = [];

    public IndexQuery? LastQuery { get; private set; }

    public long Oldest { get; set; } = 1;

    public void Happen(ClusterEvent one)
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _events.Add(one);
            (more, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        more.SetResult();
    }

    public Task<IndexPage<InstanceView>> InstancesAsync(IndexQuery query, CancellationToken cancel = default)
    {
        LastQuery = query;
        return Task.FromResult(Page(Instances.Where(one => query.Name is null || one.Name == query.Name), one => one.Id.Value, query));
    }

    public Task<IndexPage<VolumeView>> VolumesAsync(IndexQuery query, CancellationToken cancel = default) => Task.FromResult(Page([Views.Volume("vol-a")], one => one.Id.Value, query));

    public Task<IndexPage<SledView>> SledsAsync(IndexQuery query, CancellationToken cancel = default) => Task.FromResult(Page([Views.Sled("sled-a")], one => one.Id.Value, query));

    public Task<IndexPage<MigrationView>> MigrationsAsync(IndexQuery query, CancellationToken cancel = default) => Task.FromResult(Page([Views.Migration("mig-a", "inst-a")], one => one.Id.Value, query));

    public Task<IndexPage<ProjectView>> ProjectsAsync(IndexQuery query, CancellationToken cancel = default) => Task.FromResult(Page([Views.Project("default")], one => one.Name, query));

    public Task<EventPage> EventsAsync(EventQuery query, CancellationToken cancel = default)
    {
        lock (_lock)
        {
            var found = _events.Where(one => one.Sequence > query.After && (query.Subject is null || one.Subject == query.Subject)).Take(query.Limit);
            return Task.FromResult(new EventPage { Events = [.. found], Oldest = _events.Count == 0 ? 0 : Oldest, Newest = _events.Count == 0 ? 0 : _events[^1].Sequence });
        }
    }

    public async Task WaitForEventsAsync(long after, TimeSpan limit, CancellationToken cancel = default)
    {
        Task more;
        lock (_lock)
        {
            if (_events.Count > 0 && _events[^1].Sequence > after)
                return;
            more = _more.Task;
        }
        await more.WaitAsync(limit, cancel);
    }

    static IndexPage<T> Page<T>(IEnumerable<T> all, Func<T, string> key, IndexQuery query)
    {
        var rest = all.Where(one => string.CompareOrdinal(key(one), query.After ?? "") > 0).OrderBy(key, StringComparer.Ordinal).ToList();
        return new() { Items = [.. rest.Take(query.Limit)], Next = rest.Count > query.Limit ? key(rest[query.Limit - 1]) : null };
    }
}
