using Propolis.Silo.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>Looks through the index page by page, one look at a time. Waking a grain that is awake costs a message.</summary>
/// <param name="store">Where grains' records are.</param>
/// <param name="log">For operators.</param>
sealed partial class ClusterWakerGrain(EntityStore store, ILogger<ClusterWakerGrain> log) : Grain, IClusterWaker, IRemindable
{
    const string Reminder = "look";
    const int PageLength = 500;

    static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    static readonly Dictionary<string, GrainKind> Kinds = GrainKinds.All.ToDictionary(kind => kind.Name);

    Task _look = Task.CompletedTask;
    bool _again;

    /// <inheritdoc/>
    public async Task LookAsync()
    {
        if (await this.GetReminder(Reminder) is null)
            await this.RegisterOrUpdateReminder(Reminder, Every, Every);
        Start();
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Start();
        return Task.CompletedTask;
    }

    // The callers need not wait: a look may be long.
    void Start()
    {
        _again = true;
        if (_look.IsCompleted)
            _look = RunAsync();
    }

    async Task RunAsync()
    {
        while (_again)
        {
            _again = false;
            try
            {
                Looked(await WakeAllAsync());
            }
            catch (StoreException e)
            {
                NotLooked(e);
            }
        }
    }

    async Task<int> WakeAllAsync()
    {
        var (after, woken) = ("", 0);
        while (true)
        {
            var page = await store.WakingAsync(after, PageLength);
            await Task.WhenAll(page.Where(one => Kinds.ContainsKey(one.Kind)).Select(one => TryWakeAsync(Kinds[one.Kind], one.Key)));
            woken += page.Count;
            if (page.Count < PageLength)
                return woken;
            after = page[^1].Key;
        }
    }

    // What fails now is tried again at the next look.
    async Task TryWakeAsync(GrainKind kind, string key)
    {
        try
        {
            await GrainFactory.GetGrain(GrainId.Create(PlainGrains.TypeOf(kind), key)).AsReference<IWakeExtension>().WakeAsync();
        }
        catch (Exception e)
        {
            NotWoken(key, e);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Woke {Count} grains with work to do")]
    partial void Looked(int count);

    [LoggerMessage(LogLevel.Warning, "The database could not be read for grains with work to do; trying again in a minute")]
    partial void NotLooked(Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Key} could not be woken; trying again in a minute")]
    partial void NotWoken(string key, Exception cause);
}
