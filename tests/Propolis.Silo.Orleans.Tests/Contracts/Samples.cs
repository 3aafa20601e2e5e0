using System.Collections;
using System.Reflection;
using Propolis.Contracts;
using Propolis.Contracts.Specs;

namespace Propolis.Silo.Orleans.Tests.Contracts;

/// <summary>Makes values of contract types in which every member is set, and no two members alike, so that a lost or swapped one shows.</summary>
sealed class Samples
{
    /// <summary>Records under construction: one within itself stays empty.</summary>
    readonly HashSet<Type> _open = [];

    int _next = 1;

    /// <summary>One value of a type that can be made; one of each case of a type that cannot.</summary>
    public IEnumerable<object> AllOf(Type type) => type.IsAbstract ? Cases(type).Select(Make) : [Make(type)];

    object Make(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var number = _next++;
        if (type == typeof(string))
            return $"text-{number}";
        if (type == typeof(bool))
            return true;
        if (type == typeof(Guid))
            return new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.UnixEpoch.AddSeconds(number);
        if (type == typeof(SpecKey))
            return new SpecKey($"key-{number}");
        if (type.IsPrimitive)
            return Convert.ChangeType(number % 100, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().Last();
        if (type.IsAbstract)
            return Make(Cases(type).First());
        return IsA(type, typeof(EquatableMap<,>)) is { } map ? MakeMap(type, map) : IsA(type, typeof(EquatableList<>)) is { } list ? MakeList(list) : MakeRecord(type);
    }

    object MakeRecord(Type type)
    {
        var record = Activator.CreateInstance(type)!;
        _open.Add(type);
        foreach (var member in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(member => member.GetCustomAttribute<IdAttribute>() is not null))
        {
            if (!_open.Contains(member.PropertyType))
                member.SetValue(record, Make(member.PropertyType));
        }
        _open.Remove(type);
        return record;
    }

    object MakeList(Type list) => Activator.CreateInstance(list, Items(list.GenericTypeArguments[0]))!;

    object MakeMap(Type type, Type map) => Activator.CreateInstance(type, Items(typeof(KeyValuePair<,>).MakeGenericType(map.GenericTypeArguments)))!;

    Array Items(Type type)
    {
        var made = _open.Contains(type) ? [] : Pairs(type) ?? [.. AllOf(type), Make(type.IsAbstract ? Cases(type).Last() : type)];
        var items = Array.CreateInstance(type, made.Count);
        ((ICollection)made).CopyTo(items, 0);
        return items;
    }

    List<object>? Pairs(Type type) => !type.IsGenericType || type.GetGenericTypeDefinition() != typeof(KeyValuePair<,>)
        ? null
        : AllOf(type.GenericTypeArguments[1]).Select(value => Activator.CreateInstance(type, Make(type.GenericTypeArguments[0]), value)!).ToList();

    static IEnumerable<Type> Cases(Type type) => type.Assembly.GetTypes().Where(other => !other.IsAbstract && other.IsSubclassOf(type));

    static Type? IsA(Type? type, Type definition) =>
        type is null ? null : type.IsGenericType && type.GetGenericTypeDefinition() == definition ? type : IsA(type.BaseType, definition);
}
