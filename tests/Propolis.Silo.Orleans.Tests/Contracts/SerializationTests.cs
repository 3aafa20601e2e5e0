using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Propolis.Contracts.Hosting;

namespace Propolis.Silo.Orleans.Tests.Contracts;

/// <summary>Every contract crosses Orleans' wire unchanged.</summary>
public sealed class SerializationTests : IDisposable
{
    static readonly Assembly Assembly = typeof(GrainNames).Assembly;

    readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static TheoryData<Type> Serialized =>
        [.. Assembly.GetTypes().Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false) is not null && !type.IsGenericTypeDefinition)];

    /// <summary>What grain methods take and return.</summary>
    public static TheoryData<Type> Spoken =>
        [.. GrainNames.Interfaces.Values.SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Concat(method.ReturnType.GenericTypeArguments))
            .Distinct()];

    public void Dispose() => _services.Dispose();

    [Theory]
    [MemberData(nameof(Serialized))]
    public void Contract_is_the_same_behind_the_wire(Type type) => Assert.All(new Samples().AllOf(type), value => Assert.Equal(value, Cross(value)));

    [Theory]
    [MemberData(nameof(Spoken))]
    public void Argument_or_answer_is_the_same_behind_the_wire(Type type) => Assert.All(new Samples().AllOf(type), value => Assert.Equal(value, Cross(value)));

    [Fact]
    public void Types_travel_by_their_aliases()
    {
        var bytes = _services.GetRequiredService<Serializer>().SerializeToArray<object>(new Samples().AllOf(typeof(Propolis.Contracts.Volumes.Checkout)).Single());
        Assert.Contains("propolis.volumes.Checkout", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    object Cross(object value)
    {
        var serializer = _services.GetRequiredService<Serializer>();
        var back = serializer.Deserialize<object>(serializer.SerializeToArray<object>(value))!;
        Assert.NotSame(value, back);
        return back;
    }
}
