using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Timers;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Hosting;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>Tells Orleans of the silo's grain classes, which know nothing of it, and gives it what makes them.</summary>
/// <param name="parts">What grains work with.</param>
/// <param name="grains">How they reach each other.</param>
/// <param name="timers">Orleans' timers.</param>
sealed class PlainGrains(HostParts parts, IGrains grains, ITimerRegistry timers) : IConfigureGrainTypeComponents
{
    static readonly Dictionary<Type, GrainKind> Kinds = GrainKinds.All.ToDictionary(ClassOf);

    /// <summary>Adds the classes to those that Orleans offers.</summary>
    public sealed class Classes : IConfigureOptions<GrainTypeOptions>
    {
        /// <inheritdoc/>
        public void Configure(GrainTypeOptions options) => options.Classes.UnionWith(Kinds.Keys);
    }

    /// <inheritdoc/>
    public void Configure(GrainType grainType, GrainProperties properties, GrainTypeSharedContext shared)
    {
        if (Kinds.FirstOrDefault(one => TypeOf(one.Key) == grainType).Value is { } kind)
            shared.SetComponent<IGrainActivator>(new Maker(kind, parts, grains, timers));
    }

    /// <summary>The name of a kind's grains in Orleans.</summary>
    public static GrainType TypeOf(GrainKind kind) => TypeOf(ClassOf(kind));

    static GrainType TypeOf(Type type) => GrainType.Create(type.Name.Replace("Grain", "", StringComparison.Ordinal).ToLowerInvariant());

    static Type ClassOf(GrainKind kind) =>
        typeof(GrainKinds).Assembly.GetTypes().Single(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(kind.Interface) && type.IsAssignableTo(typeof(IEntityGrain)));

    sealed class Maker(GrainKind kind, HostParts parts, IGrains grains, ITimerRegistry timers) : IGrainActivator
    {
        public object CreateInstance(IGrainContext context) => new OrleansActivation(context, kind, parts, grains, timers).Grain;

        public ValueTask DisposeInstance(IGrainContext context, object instance) => ValueTask.CompletedTask;
    }
}
