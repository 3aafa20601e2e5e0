using System.Diagnostics;
using System.Reflection;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Results;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Tests.Rest;

/// <summary>Grains that remember what they were asked and answer what a test says: for each kind of answer the view with the grain's key.</summary>
sealed class FakeGrains : IGrains
{
    public Func<string, object, Refusal?> Refuse { get; set; } = (_, _) => null;

    public Exception? Failure { get; set; }

    public List<(string Key, object Request)> Asked { get; } = [];

    public HashSet<string> Traces { get; } = [];

    public Dictionary<string, InstanceView> Instances { get; } = [];

    public Dictionary<string, VolumeView> Volumes { get; } = [];

    public Dictionary<string, VolumeHealth> Healths { get; } = [];

    /// <summary>The snapshot that is answered with, by volume.</summary>
    public Dictionary<string, VolumeSnapshot> Snapshots { get; } = [];

    public Dictionary<string, SledView> Sleds { get; } = [];

    public Dictionary<string, DrainView> Drains { get; } = [];

    public Dictionary<string, MigrationView> Migrations { get; } = [];

    public Dictionary<string, PlacementReport> Placements { get; } = [];

    public T Get<T>(string key)
        where T : class, IGrainWithStringKey
    {
        var proxy = DispatchProxy.Create<T, FakeGrain>();
        ((FakeGrain)(object)proxy).Bind(this, key);
        return proxy;
    }

    internal object Answer(string key, string method, object request, Type type)
    {
        if (Failure is not null)
            throw Failure;
        lock (Asked)
        {
            Asked.Add((key, request));
            Traces.Add(Activity.Current?.TraceId.ToString() ?? "");
        }
        Make(key, request);
        return type switch
        {
            _ when type == typeof(Task<Reply<InstanceView>>) => Reply(Instances, key, request),
            _ when type == typeof(Task<Reply<VolumeView>>) => Reply(Volumes, key, request),
            _ when type == typeof(Task<Reply<VolumeHealth>>) => Reply(Healths, key, request),
            _ when type == typeof(Task<Reply<VolumeSnapshot>>) => Reply(Snapshots, key, request),
            _ when type == typeof(Task<Reply<SledView>>) => Reply(Sleds, key, request),
            _ when type == typeof(Task<Reply<DrainView>>) => Reply(Drains, key, request),
            _ when type == typeof(Task<Reply<MigrationView>>) => Reply(Migrations, key, request),
            _ when type == typeof(Task<Reply<PlacementReport>>) => Reply(Placements, key, request),
            _ when type == typeof(Task<Reply<ProjectView>>) => Reply<ProjectView>(new() { [key] = Project(key) with { Quota = ((QuotaCommand)request).Quota } }, key, request),
            _ when type == typeof(Task<ProjectView>) => Task.FromResult(Project(key)),
            _ => throw new NotSupportedException(method),
        };
    }

    void Make(string key, object request)
    {
        if (request is CreateInstance instance)
            Instances.TryAdd(key, Views.Instance(key, instance.Template));
        if (request is CreateVolume volume)
            Volumes.TryAdd(key, Views.Volume(key, volume.Template));
        if (request is StartMigration migration)
            Migrations.TryAdd(key, Views.Migration(key, migration.Instance.Value));
    }

    Task<Reply<T>> Reply<T>(Dictionary<string, T> known, string key, object request)
        where T : class => Task.FromResult<Reply<T>>(
            Refuse(key, request) is { } refusal ? refusal
            : known.TryGetValue(key, out var view) ? view
            : new Refusal { Code = RefusalCode.NotFound, Detail = $"there is no {key}" });

    static ProjectView Project(string key) => Views.Project(key["proj-".Length..]);
}

/// <summary>One of them; public because proxies derive from it.</summary>
public class FakeGrain : DispatchProxy
{
    FakeGrains _grains = null!;
    string _key = "";

    internal void Bind(FakeGrains grains, string key) => (_grains, _key) = (grains, key);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _grains.Answer(_key, targetMethod!.Name, args is [{ } request] ? request : GrainNames.Of(targetMethod), targetMethod.ReturnType);
}
