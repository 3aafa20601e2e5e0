using System.Reflection;

namespace Propolis.Contracts.Hosting;

/// <summary>Names of grain interfaces and methods on the wire: their aliases.</summary>
public static class GrainNames
{
    /// <summary>The alias of a type or method.</summary>
    /// <param name="member">A grain interface, or a method of one.</param>
    public static string Of(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias ?? throw new ArgumentException($"{member} has no alias", nameof(member));

    /// <summary>All grain interfaces of this assembly by alias.</summary>
    public static IReadOnlyDictionary<string, Type> Interfaces { get; } = typeof(GrainNames).Assembly.GetTypes()
        .Where(type => type.IsInterface && type != typeof(IGrainWithStringKey) && typeof(IGrainWithStringKey).IsAssignableFrom(type))
        .ToDictionary(Of);
}
