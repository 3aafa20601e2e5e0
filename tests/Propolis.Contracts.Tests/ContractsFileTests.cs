using System.Reflection;
using System.Text;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Tests;

/// <summary>
/// The rules by which silos, agents and services of different versions talk: numbers and aliases, once released, stay. Members may be
/// added with new numbers; nothing is renumbered, retyped or removed. The golden file is what was released.
/// </summary>
public sealed class ContractsFileTests
{
    static readonly Assembly Contracts = typeof(InstanceSpec).Assembly;

    [Fact]
    public void Every_alias_is_used_once()
    {
        var twice = Contracts.GetTypes().Select(Alias).OfType<string>().GroupBy(alias => alias).Where(group => group.Count() > 1).Select(group => group.Key);
        Assert.Empty(twice);
    }

    [Fact]
    public void Every_serialized_type_has_an_alias_and_numbers_on_all_its_members()
    {
        foreach (var type in Serialized().Where(type => !type.IsEnum))
        {
            Assert.True(Alias(type) is not null, $"{type} has no alias");
            var members = Members(type).ToArray();
            Assert.All(members, member => Assert.True(member.GetCustomAttribute<IdAttribute>() is not null, $"{type}.{member.Name} has no number"));
            Assert.Equal(members.Length, members.Select(member => member.GetCustomAttribute<IdAttribute>()!.Id).Distinct().Count());
        }
    }

    [Fact]
    public void Every_grain_method_has_an_alias() => Assert.All(
        Grains().SelectMany(type => type.GetMethods()),
        method => Assert.True(method.GetCustomAttribute<AliasAttribute>() is not null, $"{method.DeclaringType}.{method.Name} has no alias"));

    [Fact]
    public void Nothing_that_was_released_has_changed()
    {
        using var stream = typeof(ContractsFileTests).Assembly.GetManifestResourceStream("contracts.txt")!;
        var released = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var today = Describe();

        var output = Path.Combine(AppContext.BaseDirectory, "contracts.actual.txt");
        File.WriteAllText(output, string.Join('\n', today) + "\n");
        Assert.True(released.Except(today).ToArray() is [], $"released, but changed or gone:\n{string.Join('\n', released.Except(today))}");
        Assert.True(today.Except(released).ToArray() is [], $"new and not in the golden file yet ({output} holds all of it):\n{string.Join('\n', today.Except(released))}");
    }

    static string? Alias(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    static IEnumerable<Type> Serialized() => Contracts.GetTypes().Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false) is not null);

    static IEnumerable<Type> Grains() => Contracts.GetTypes().Where(type => type.IsInterface && type != typeof(IGrainWithStringKey) && type.IsAssignableTo(typeof(IGrainWithStringKey)));

    static IEnumerable<PropertyInfo> Members(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(property => property.Name != "EqualityContract" && property.CanWrite && property.GetIndexParameters().Length == 0);

    static List<string> Describe()
    {
        var lines = new List<string>();
        foreach (var type in Serialized())
        {
            if (type.IsEnum)
                lines.AddRange(Enum.GetNames(type).Select(name => $"{Alias(type)}.{name} = {Convert.ToInt64(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}"));
            else
                lines.AddRange(Members(type).Select(member => $"{Alias(type)}[{member.GetCustomAttribute<IdAttribute>()!.Id}] {member.Name}: {Show(member.PropertyType)}").DefaultIfEmpty($"{Alias(type)}"));
        }
        foreach (var type in Grains())
            lines.AddRange(type.GetMethods().Select(method => $"{Alias(type)}.{method.GetCustomAttribute<AliasAttribute>()!.Alias}({string.Join(", ", method.GetParameters().Select(parameter => Show(parameter.ParameterType)))}): {Show(method.ReturnType)}"));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    static string Show(Type type)
    {
        if (!type.IsGenericType)
            return type.Name;
        var name = new StringBuilder(type.Name, 0, type.Name.IndexOf('`', StringComparison.Ordinal), 64);
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Show))}>";
    }
}
